import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ModelRequest } from '@cogitator-ai/openai-engine';
import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDemoProvider } from '../src/demo/demo-provider.ts';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import type { Provider } from '../src/providers/provider.ts';
import { createModelRouter, type ModelRouter } from '../src/router/model-router.ts';

let first: Upstream;
let second: Upstream;
let router: ModelRouter;
let unreachable: string[];
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const asking = (model: string): ModelRequest => ({ model, messages: [{ role: 'user', content: 'x' }] });

beforeAll(async () => {
  [first, second] = await Promise.all([startUpstream(), startUpstream()]);
  first.models = ['text-embedding-3-small', 'gpt-4o'];
  second.models = ['llama3.2:latest'];
});
beforeEach(() => {
  unreachable = [];
  router = createModelRouter({
    providers: [
      createOpenAICompatibleProvider({ name: 'openai', baseUrl: first.url }),
      createOpenAICompatibleProvider({ name: 'ollama', baseUrl: second.url }),
      createOpenAICompatibleProvider({ name: 'gone', baseUrl: 'http://127.0.0.1:9/v1' }),
      createDemoProvider(),
    ],
    aliases: { 'gpt-4-turbo': 'openai/gpt-4o', local: 'ollama/llama3.2:latest', mine: 'local' },
    onUnreachable: (name) => unreachable.push(name),
  });
});
afterEach(async () => {
  await router.close();
  first.reset();
  second.reset();
});
afterAll(() => Promise.all([first.close(), second.close()]));

/** Who was asked, and for which model. */
async function routeOf(model: string): Promise<[string, string | undefined]> {
  await Array.fromAsync(router.stream(asking(model), { signal: signal() }));
  return first.requests.length > 0
    ? ['openai', first.requests[0]?.body.model]
    : ['ollama', second.requests[0]?.body.model];
}

describe('createModelRouter', () => {
  it.each([
    ['openai/gpt-4o', 'openai', 'gpt-4o'],
    ['ollama/llama3.2:latest', 'ollama', 'llama3.2:latest'],
    ['gpt-4o', 'openai', 'gpt-4o'],
    ['meta-llama/llama-3', 'openai', 'meta-llama/llama-3'],
    ['ollama/org/model', 'ollama', 'org/model'],
    ['ollama', 'openai', 'ollama'],
    ['gpt-4-turbo', 'openai', 'gpt-4o'],
    ['mine', 'ollama', 'llama3.2:latest'],
    ['default', 'openai', 'gpt-4o'],
    ['ollama/default', 'ollama', 'llama3.2:latest'],
  ])('sends %s to %s as %s', async (model, provider, name) => {
    expect(router.accepts(model)).toBe(true);
    expect(await routeOf(model)).toEqual([provider, name]);
  });

  it('knows how much a model takes, from its list or from what is published', async () => {
    second.contextTokens = 8192;
    expect(router.contextTokens?.('local')).toBeUndefined();
    await router.list({ signal: signal() });
    expect(
      ['local', 'ollama/default', 'ollama/other', 'gpt-4o', 'gpt-4-turbo', 'default', 'demo', 'toString'].map((model) =>
        router.contextTokens?.(model),
      ),
    ).toEqual([8192, 8192, undefined, 128_000, 128_000, 128_000, undefined, undefined]);
  });

  it('lists what can be reached, under every name that works', async () => {
    const models = await router.list({ signal: signal() });
    expect(models.map(({ id }) => id)).toEqual([
      'default',
      'gpt-4-turbo',
      'local',
      'mine',
      'text-embedding-3-small',
      'openai/text-embedding-3-small',
      'gpt-4o',
      'openai/gpt-4o',
      'ollama/llama3.2:latest',
      'demo',
    ]);
    expect(models.find(({ id }) => id === 'mine')).toEqual({ id: 'mine', created: 0, ownedBy: 'ollama' });
    expect(unreachable).toEqual(['gone']);
    for (const { id } of models) expect(router.accepts(id)).toBe(true);
  });

  it('says why the default model cannot be found', async () => {
    const gone = createOpenAICompatibleProvider({ name: 'gone', baseUrl: 'http://127.0.0.1:9/v1' });
    const empty: Provider = { ...gone, name: 'empty', list: () => Promise.resolve([]) };
    const turn = (provider: Provider): Promise<unknown> =>
      Array.fromAsync(createModelRouter({ providers: [provider] }).stream(asking('default'), { signal: signal() }));
    await expect(turn(gone)).rejects.toMatchObject({ message: 'gone could not be reached (ECONNREFUSED).' });
    await expect(turn(empty)).rejects.toMatchObject({ message: 'empty lists no model; name the one that is meant.' });
    await gone.close();
  });

  it('lets the demo answer to its own name only', async () => {
    const alone = createModelRouter({ providers: [createDemoProvider()] });
    expect(['demo', 'demo/demo', 'gpt-4o', 'demo/', ''].map((model) => alone.accepts(model))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const said = await Array.fromAsync(alone.stream(asking('default'), { signal: signal() }));
    expect(said.at(-1)).toMatchObject({ type: 'finish' });
    const turn = async (): Promise<unknown> => Array.fromAsync(alone.stream(asking('gpt-4o'), { signal: signal() }));
    await expect(turn()).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('lets an alias win over a model of that name, and lists it once', async () => {
    const providers = [createOpenAICompatibleProvider({ name: 'openai', baseUrl: first.url })];
    const renamed = createModelRouter({ providers, aliases: { 'gpt-4o': 'o3' } });
    await Array.fromAsync(renamed.stream(asking('gpt-4o'), { signal: signal() }));
    expect(first.requests[0]?.body.model).toBe('o3');
    const ids = (await renamed.list({ signal: signal() })).map(({ id }) => id);
    expect(ids.filter((id) => id === 'gpt-4o')).toHaveLength(1);
    await renamed.close();
  });
});

describe('the list of models', () => {
  it('is asked for once by many, waited for no longer than the caller may, and used again', async () => {
    let asked = 0;
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const server = createServer((_, response) => {
      asked++;
      void answered.then(() => response.end('{"data":[{"id":"slow"}]}'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const slow = createModelRouter({ providers: [createOpenAICompatibleProvider({ name: 'slow', baseUrl })] });

    const patient = slow.list({ signal: signal() });
    await expect(slow.list({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'aborted' });
    answer();
    expect((await patient).map(({ id }) => id)).toEqual(['default', 'slow', 'slow/slow']);
    expect(await slow.list({ signal: signal() })).toHaveLength(3);
    expect(asked).toBe(1);
    await slow.close();
    server.close();
  });
});
