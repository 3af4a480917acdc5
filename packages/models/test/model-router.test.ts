import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDemoProvider } from '../src/demo/demo-provider.ts';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import { createModelRouter, type ModelRouter } from '../src/router/model-router.ts';

let first: Upstream;
let second: Upstream;
let router: ModelRouter;
const unreachable: string[] = [];
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

beforeAll(async () => {
  [first, second] = await Promise.all([startUpstream(), startUpstream()]);
  first.models = ['gpt-4o'];
  second.models = ['llama3.2:latest'];
  router = createModelRouter({
    providers: [
      createOpenAICompatibleProvider({ name: 'openai', baseUrl: first.url }),
      createOpenAICompatibleProvider({ name: 'ollama', baseUrl: second.url }),
      createOpenAICompatibleProvider({ name: 'gone', baseUrl: 'http://127.0.0.1:9/v1' }),
      createDemoProvider(),
    ],
    aliases: { 'gpt-4-turbo': 'openai/gpt-4o', local: 'ollama/llama3.2:latest' },
    onUnreachable: (name) => unreachable.push(name),
  });
});
afterEach(() => {
  first.reset();
  second.reset();
});
afterAll(async () => {
  await router.close();
  await Promise.all([first.close(), second.close()]);
});

async function modelSentTo(model: string): Promise<[string, string | undefined]> {
  await Array.fromAsync(router.stream({ model, messages: [{ role: 'user', content: 'x' }] }, { signal: signal() }));
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
    ['gpt-4-turbo', 'openai', 'gpt-4o'],
    ['local', 'ollama', 'llama3.2:latest'],
    ['default', 'openai', 'gpt-4o'],
  ])('sends %s to %s as %s', async (model, provider, name) => {
    expect(router.accepts(model)).toBe(true);
    expect(await modelSentTo(model)).toEqual([provider, name]);
  });

  it('lists what can be reached, under every name that works', async () => {
    const models = await router.list({ signal: signal() });
    expect(models.map(({ id }) => id)).toEqual([
      'default',
      'gpt-4-turbo',
      'local',
      'gpt-4o',
      'openai/gpt-4o',
      'ollama/llama3.2:latest',
      'demo',
    ]);
    expect(unreachable).toEqual(['gone']);
    for (const { id } of models) expect(router.accepts(id)).toBe(true);
  });

  it('lets the demo answer to its own name only', async () => {
    const alone = createModelRouter({ providers: [createDemoProvider()] });
    expect([alone.accepts('demo'), alone.accepts('gpt-4o'), alone.accepts('')]).toEqual([true, false, false]);
    const said = await Array.fromAsync(
      alone.stream({ model: 'default', messages: [{ role: 'user', content: 'x' }] }, { signal: signal() }),
    );
    expect(said.at(-1)).toMatchObject({ type: 'finish' });
    const turn = async (): Promise<unknown> =>
      Array.fromAsync(alone.stream({ model: 'gpt-4o', messages: [] }, { signal: signal() }));
    await expect(turn()).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
