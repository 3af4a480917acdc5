import type { ModelRequest } from '@cogitator-ai/openai-engine';
import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelRouter } from '../src/router/model-router.ts';
import { openModels, type OpenModelsOptions } from '../src/router/open-models.ts';

let ollama: Upstream;
let models: ModelRouter;
const NOBODY = 'http://127.0.0.1:9';
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const asking = (model: string): ModelRequest => ({ model, messages: [{ role: 'user', content: 'x' }] });

beforeAll(async () => {
  ollama = await startUpstream();
  ollama.models = ['llama3.2:latest'];
});
afterEach(() => models.close());
afterAll(() => ollama.close());

async function ids(options: Partial<OpenModelsOptions>): Promise<string[]> {
  models = await openModels({ environment: {}, localOllamaUrl: NOBODY, ...options });
  return (await models.list({ signal: signal() })).map(({ id }) => id);
}

describe('openModels', () => {
  it('is the demo where nothing else is there', async () => {
    expect(await ids({})).toEqual(['default', 'demo']);
    expect(models.accepts('gpt-4o')).toBe(false);
  });

  it('finds a local Ollama, which then is the default', async () => {
    const local = new URL(ollama.url).origin;
    expect(await ids({ localOllamaUrl: local })).toEqual([
      'default',
      'llama3.2:latest',
      'ollama/llama3.2:latest',
      'demo',
    ]);
    expect(models.accepts('anything')).toBe(true);
  });

  it('says so when a local Ollama is named that does not run', async () => {
    const told: string[] = [];
    await ids({ onUnreachable: (name) => told.push(name) });
    expect(models.accepts('ollama/llama3.2:latest')).toBe(true);
    const turn = Array.fromAsync(models.stream(asking('ollama/llama3.2:latest'), { signal: signal() }));
    await expect(turn).rejects.toMatchObject({ message: 'ollama could not be reached (ECONNREFUSED).' });
    expect(told).toEqual([]);
  });

  it('prefers what is configured, and tells of it when it is unreachable', async () => {
    const told: string[] = [];
    const local = new URL(ollama.url).origin;
    const environment = { OPENAI_BASE_URL: `${NOBODY}/v1` };
    expect(await ids({ environment, localOllamaUrl: local, onUnreachable: (name) => told.push(name) })).toEqual([
      'default',
      'demo',
      'ollama/llama3.2:latest',
    ]);
    expect(told).toEqual(['openai']);
  });

  it('lets the default provider be chosen', async () => {
    const environment = { OPENAI_BASE_URL: `${NOBODY}/v1`, OLLAMA_HOST: new URL(ollama.url).host };
    expect(
      await ids({ environment, defaultProvider: 'ollama', aliases: { default: 'ollama/llama3.2:latest' } }),
    ).toEqual(['default', 'llama3.2:latest', 'ollama/llama3.2:latest', 'demo']);
    await Array.fromAsync(models.stream(asking('default'), { signal: signal() }));
    expect(ollama.requests.at(-1)?.body.model).toBe('llama3.2:latest');
  });

  it('takes another default provider for a part of a model name', async () => {
    const environment = { OPENAI_BASE_URL: ollama.url };
    await ids({ environment, defaultProvider: 'meta-llama', aliases: { default: 'meta-llama/llama-3' } });
    await Array.fromAsync(models.stream(asking('default'), { signal: signal() }));
    expect(ollama.requests.at(-1)?.body.model).toBe('meta-llama/llama-3');
  });
});
