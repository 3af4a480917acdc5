import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import type { Provider } from '../src/providers/provider.ts';

let answer: { status: number; body: string } | null;
let asked: { url: string | undefined; headers: IncomingHttpHeaders };
let server: Server;
let provider: Provider;

beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    asked = { url, headers };
    if (answer) response.writeHead(answer.status).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  provider = createOpenAICompatibleProvider({
    name: 'tests',
    baseUrl: `http://127.0.0.1:${port}/base/?version=1`,
    apiKey: 'sk-secret',
    listHeaders: { 'x-api-key': 'sk-secret' },
  });
});
afterAll(async () => {
  await provider.close();
  await provider.close();
  server.closeAllConnections();
  server.close();
});

function list(body: unknown, status = 200): ReturnType<Provider['list']> {
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  return provider.list({ signal: AbortSignal.timeout(5000) });
}

it('asks under the base URL, with the key and the headers of lists', async () => {
  await list({ data: [] });
  expect(asked.url).toBe('/base/models?version=1');
  expect(asked.headers).toMatchObject({ authorization: 'Bearer sk-secret', 'x-api-key': 'sk-secret' });
});

it.each([
  ['as OpenAI does', { object: 'list', data: [{ id: 'a/b:c', created: 7, owned_by: 'me' }] }, 7, 'me'],
  ['as Together does', [{ id: 'a/b:c', created: 7, organization: 'x' }], 7, 'tests'],
  ['as Anthropic does', { data: [{ id: 'a/b:c', created_at: '1970-01-01T00:00:07Z' }] }, 7, 'tests'],
  ['with next to nothing', { data: [{ id: 'a/b:c', created: null, owned_by: null }, {}, { id: '' }] }, 0, 'tests'],
])('reads a list that is written %s', async (_, body, created, ownedBy) => {
  expect(await list(body)).toEqual([{ id: 'a/b:c', created, ownedBy }]);
});

it.each([
  ['vLLM', { max_model_len: 8192 }],
  ['OpenRouter and Together', { context_length: 8192 }],
  ['Groq', { context_window: 8192 }],
  ['Mistral', { max_context_length: 8192 }],
])('reads how much a model takes, as %s says it', async (_, sizes) => {
  expect(await list({ data: [{ id: 'a', ...sizes }] })).toMatchObject([{ contextTokens: 8192 }]);
});

it.each([{ context_length: 0 }, { context_length: '8192' }, { context_length: null }])(
  'does not believe %j',
  async (sizes) => {
    expect((await list({ data: [{ id: 'a', ...sizes }] }))[0]).not.toHaveProperty('contextTokens');
  },
);

it('takes null for no models, as an empty Ollama says', async () => {
  expect(await list({ object: 'list', data: null })).toEqual([]);
});

it.each([
  [200, '<html></html>', 'invalid_response'],
  [200, '{"data":"none"}', 'invalid_response'],
  [200, '{"data":[null]}', 'invalid_response'],
  [200, 'null', 'invalid_response'],
  [401, '{}', 'unauthorized'],
  [404, '', 'invalid_request'],
  [500, '', 'unavailable'],
])('fails with HTTP %i and %s', async (status, body, code) => {
  await expect(list(body, status)).rejects.toMatchObject({ name: 'ModelError', code });
});

it('reads no list without end', async () => {
  await expect(list(`{"data":[${'{"id":"x"},'.repeat(10 ** 6)}`)).rejects.toMatchObject({ code: 'invalid_response' });
});

it('waits as long as it may, and not longer', async () => {
  answer = null;
  await expect(provider.list({ signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ code: 'unavailable' });
});

it('refuses a base URL that is none', () => {
  expect(() => createOpenAICompatibleProvider({ name: 'x', baseUrl: 'localhost' })).toThrow(TypeError);
});
