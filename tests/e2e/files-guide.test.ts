import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { openSnippetFolder, snippetsOf } from './snippets/snippet-folder.ts';

const server = await startTestServer();
const folder = openSnippetFolder();

afterAll(async () => {
  folder.close();
  await server.close();
});

describe.each(['openai-v4', 'openai-v5', 'openai-v6', 'openai-v7'])('the guide to files, with %s', (sdk) => {
  const [file, parts] = snippetsOf('files.md').map((code) =>
    code.replace("'openai'", `'${sdk}'`).replace('http://localhost:8080', server.origin),
  );

  it('has a file that comes back', async () => {
    expect(await folder.run(file!)).toBe('Hello!\n');
  });

  it('has a file that arrives in parts', async () => {
    expect(await folder.run(parts!)).toBe('Hello, parts!\n');
  });
});
