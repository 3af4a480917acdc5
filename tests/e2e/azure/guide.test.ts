import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../server/start-test-server.ts';
import { openSnippetFolder, snippetsOf } from '../snippets/snippet-folder.ts';
import { startTlsProxy } from './start-tls-proxy.ts';

const server = await startTestServer();
const proxy = await startTlsProxy(server.origin);
const folder = openSnippetFolder();
folder.write('certificate.pem', proxy.certificate);

afterAll(async () => {
  folder.close();
  await proxy.close();
  await server.close();
});

describe('the guide to clients of Azure', () => {
  it.each([
    ['AzureOpenAI', 'You said: Hello from Azure!\n'],
    ['AgentsClient', 'completed Hello from Foundry!\ncompleted You said: Hello from Foundry!\n'],
    ['AssistantsClient', 'default\n'],
  ])('has a script for %s', async (name, output) => {
    const snippet = snippetsOf('azure.md').find((code) => code.includes(`new ${name}(`))!;
    const script = snippet
      .replace("'openai'", "'openai-v7'")
      .replace('http://localhost:8080', server.origin)
      .replace('https://localhost:8443', proxy.origin);
    expect(await folder.run(script)).toBe(output);
  });
});
