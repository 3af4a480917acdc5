import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../server/start-test-server.ts';
import { startTlsProxy } from './start-tls-proxy.ts';

const run = promisify(execFile);
const guide = readFileSync(join(import.meta.dirname, '../../../docs/guide/azure.md'), 'utf8');
const snippets = [...guide.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);

const server = await startTestServer();
const proxy = await startTlsProxy(server.origin);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'azure-guide-'));
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'certificate.pem'), proxy.certificate);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await proxy.close();
  await server.close();
});

describe('the guide to clients of Azure', () => {
  it.each([
    ['AzureOpenAI', 'You said: Hello from Azure!\n'],
    ['AgentsClient', 'completed Hello from Foundry!\ncompleted You said: Hello from Foundry!\n'],
    ['AssistantsClient', 'default\n'],
  ])('has a script for %s', async (name, output) => {
    const snippet = snippets.find((code) => code.includes(`new ${name}(`));
    expect(snippet).toBeDefined();
    const script = snippet!
      .replace("'openai'", "'openai-v7'")
      .replace('http://localhost:8080', server.origin)
      .replace('https://localhost:8443', proxy.origin);
    writeFileSync(join(folder, `${name}.mjs`), script);
    const { stdout } = await run(process.execPath, [`${name}.mjs`], { cwd: folder });
    expect(stdout).toBe(output);
  });
});
