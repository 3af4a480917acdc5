import { setImmediate } from 'node:timers/promises';
import { createEngine } from '@cogitator-ai/openai-engine';
import { createDemoProvider, createModelRouter } from '@cogitator-ai/openai-models';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../src/index.ts';
import { type StartedApp, startApp } from './start-app.ts';

const READY = [200, '{"status":"ready"}'];
const NOT_READY = [503, '{"status":"not ready"}'];

let started: StartedApp | null = null;

afterEach(async () => {
  vi.restoreAllMocks();
  await started?.close();
  started = null;
});

async function ask({ app }: Pick<StartedApp, 'app'>, path: string): Promise<unknown[]> {
  const response = await app.request(path);
  expect(response.headers.get('content-type')).toBe('application/json');
  return [response.status, await response.text()];
}

describe('a server', () => {
  it('is ready, needs no key to say so, and is not while it closes', async () => {
    started = await startApp({ apiKeys: ['sk-one'] });
    expect(await ask(started, '/ready')).toEqual(READY);
    const closing = started.engine.close({ signal: AbortSignal.abort() });
    expect(await ask(started, '/ready')).toEqual(NOT_READY);
    await closing;
    expect(await ask(started, '/ready')).toEqual(NOT_READY);
    expect((await ask(started, '/health'))[0]).toBe(200);
  });

  it('is not ready while its storage fails or is silent', async () => {
    const storage = createMemoryStorage();
    const models = createModelRouter({ providers: [createDemoProvider()] });
    const app = createApp({ engine: createEngine({ storage, models }) });
    expect(await ask({ app }, '/ready')).toEqual(READY);
    const now = storage.now.bind(storage);
    storage.now = () => Promise.reject(new Error('The store is out of reach.'));
    expect(await ask({ app }, '/ready')).toEqual(NOT_READY);
    storage.now = () => new Promise(() => {});
    const waiting = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(waiting.signal);
    const answer = ask({ app }, '/ready');
    await setImmediate();
    waiting.abort();
    expect(await answer).toEqual(NOT_READY);
    storage.now = now;
    expect(await ask({ app }, '/ready')).toEqual(READY);
    await storage.close();
  });
});

describe('a server without the API', () => {
  beforeEach(async () => {
    started = await startApp({ api: false });
  });

  it.each([
    ['GET', '/v1/assistants'],
    ['POST', '/v1/threads/runs'],
    ['GET', '/v1/models'],
    ['GET', '/v1/nothing'],
  ])('does not know %s %s', async (method, path) => {
    const response = await started?.app.request(path, { method });
    expect([response?.status, await response?.json()]).toEqual([
      404,
      {
        error: {
          message: `Invalid URL (${method} ${path})`,
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ]);
  });

  it('says how it is', async () => {
    expect(await ask(started as StartedApp, '/health')).toEqual([200, '{"status":"ok"}']);
    expect(await ask(started as StartedApp, '/ready')).toEqual(READY);
  });
});
