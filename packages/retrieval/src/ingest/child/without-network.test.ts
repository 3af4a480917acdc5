import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** What a process without a network prints. */
async function printed(script: string): Promise<string> {
  const start = "import { withoutNetwork } from './without-network.ts'; withoutNetwork();";
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', `${start} ${script}`],
    { cwd: import.meta.dirname },
  );
  return stdout.trim();
}

it.each([
  ...['net', 'node:net', 'node:http', 'node:https', 'node:http2', 'node:tls', 'node:dgram', 'node:dns/promises'].map(
    (name) => `await import('${name}')`,
  ),
  "process.getBuiltinModule('node:module').createRequire('/x')('net')",
  "process.getBuiltinModule('node:net').connect(1)",
  "await fetch('http://127.0.0.1:1')",
])('%s reaches no network', { timeout: 30_000 }, async (code) => {
  const tried = `try { ${code}; console.log('done') } catch (error) { console.log(error.message, error.cause) }`;
  expect(await printed(tried)).toMatch(/no network here|is not (defined|a function)/);
});

it('leaves everything else', { timeout: 30_000 }, async () => {
  expect(await printed("console.log(typeof (await import('node:zlib')).inflateSync)")).toBe('function');
});
