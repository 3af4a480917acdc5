import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './server/start-test-server.ts';

const run = promisify(execFile);
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** The first block of the README in this language that holds `mark`, with the address of the test's server. */
function snippet(language: string, mark: string): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const block = blocks.find(([, name, code]) => name === language && code?.includes(mark))?.[2];
  if (block === undefined) throw new Error(`The README has no ${language} block with '${mark}'.`);
  return block.replaceAll('http://localhost:8080', server.origin);
}

describe('the README', () => {
  it('has curl lines that print an answer', async () => {
    const { stdout } = await run('sh', ['-c', snippet('sh', 'curl')]);
    expect(stdout).toContain('"value":"You said: Hello!"');
    expect(stdout).toContain('event: thread.run.completed');
    expect(server.upstream.requests[0]?.body.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
  });

  it.each(['openai-v4', 'openai-v5', 'openai-v6', 'openai-v7'])(
    'has a script for the SDK whose second answer depends on the first question: %s',
    async (sdk) => {
      const folder = mkdtempSync(join(tmpdir(), 'readme-'));
      try {
        symlinkSync(join(import.meta.dirname, 'node_modules'), join(folder, 'node_modules'));
        writeFileSync(join(folder, 'chat.mjs'), snippet('js', 'beta.assistants').replace("'openai'", `'${sdk}'`));
        const { stdout } = await run(process.execPath, ['chat.mjs'], { cwd: folder });
        expect(stdout).toBe('You said: Hi, my name is Alex.\nYour name is Alex.\n');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
