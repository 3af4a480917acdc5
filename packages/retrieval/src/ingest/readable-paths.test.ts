import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readablePaths } from './readable-paths.ts';

/** What a process prints that may read what the child may. */
async function printed(script: string): Promise<string> {
  const allowed = readablePaths().map((path) => `--allow-fs-read=${path}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--permission', ...allowed, '--no-warnings', '--input-type=module', '-e', script],
    {
      env: {},
      cwd: import.meta.dirname,
    },
  );
  return stdout.trim();
}

const tried = (code: string): string =>
  `try { ${code}; console.log('done') } catch (error) { console.log(error.code) }`;

it('lets a process read its code', { timeout: 30_000 }, async () => {
  const names = [
    'chardet',
    'fflate',
    'gpt-tokenizer/encoding/o200k_base',
    'htmlparser2',
    'saxes',
    'unpdf',
    'unpdf/pdfjs',
  ];
  const read = tried(`for (const name of ${JSON.stringify(names)}) await import(name)`);
  expect(await printed(read)).toBe('done');
});

it.each([
  ['read anything else', "process.getBuiltinModule('fs').readFileSync('/etc/hostname')"],
  [
    'read what lies beside its code',
    `process.getBuiltinModule('fs').readFileSync(${JSON.stringify(`${import.meta.dirname}/../../../../package.json`)})`,
  ],
  ['write', `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(`${import.meta.dirname}/written`)}, '')`],
  ['start processes', "process.getBuiltinModule('child_process').spawnSync('true')"],
  ['start workers', "new (process.getBuiltinModule('worker_threads').Worker)('', { eval: true })"],
])('does not let it %s', { timeout: 30_000 }, async (_, code) => {
  expect(await printed(tried(code))).toBe('ERR_ACCESS_DENIED');
});
