import { afterAll, describe, expect, it } from 'vitest';
import { startLossyProxy } from './server/start-lossy-proxy.ts';
import { startTestServer } from './server/start-test-server.ts';
import { openSnippetFolder, snippetsOf } from './snippets/snippet-folder.ts';
import { connectApi } from './wire/api.ts';

const server = await startTestServer();
const proxy = await startLossyProxy(server.origin);
const api = connectApi(server.baseURL);
const folder = openSnippetFolder();

afterAll(async () => {
  folder.close();
  await proxy.close();
  await server.close();
});

describe.each(['openai-v4', 'openai-v5', 'openai-v6', 'openai-v7'])('the guide to safe retries, with %s', (sdk) => {
  const [oneKey, everyKey, brokenStream] = snippetsOf('retries.md').map((code) =>
    code.replace("'openai'", `'${sdk}'`).replace('http://localhost:8080', proxy.origin),
  );

  it('has a request that is made twice and executed once', async () => {
    expect(await folder.run(oneKey!)).toBe('true\n');
  });

  it('has a client that makes keys by itself: a lost answer leaves one assistant', async () => {
    const assistants = async () => (await api.get<{ data: unknown[] }>('/assistants?limit=100')).data.length;
    const [before, lost] = [await assistants(), proxy.lost];
    proxy.loseNext();
    expect(await folder.run(everyKey!)).toBe('assistant\n');
    expect([await assistants(), proxy.lost]).toEqual([before + 1, lost + 1]);
  });

  it('has a stream that is read again after it broke off', async () => {
    server.upstream.script({ text: ['Hello', ' to', ' you'] });
    expect(await folder.run(brokenStream!)).toBe('Hello to you\n');
  });
});
