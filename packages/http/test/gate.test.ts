import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedApp, startApp } from './start-app.ts';

let open: StartedApp;
let locked: StartedApp;

beforeAll(async () => {
  open = await startApp({ cors: { origin: ['https://app.example'] } });
  locked = await startApp({ apiKeys: ['sk-one', 'sk-two'] });
});
afterAll(() => Promise.all([open.close(), locked.close()]));

async function get(app: StartedApp, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.app.request(path, { headers });
}

/** The list of assistants, as clients of Azure ask for it. */
const AZURE_PATHS = [
  '/openai/assistants?api-version=2024-05-01-preview',
  '//openai/assistants?api-version=2024-05-01-preview',
  '/openai/v1/assistants',
  '/api/projects/my-project/assistants?api-version=v1&limit=1',
];

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('keys', () => {
  it.each([
    { authorization: 'Bearer sk-one' },
    { authorization: 'bearer sk-two' },
    { authorization: basic(':sk-one') },
    { 'api-key': 'sk-two' },
  ])('lets in %o', async (headers) => {
    expect((await get(locked, '/v1/assistants', headers)).status).toBe(200);
  });

  it.each([
    [{}, null, "You didn't provide an API key."],
    [{ authorization: 'Digest x' }, null, "You didn't provide an API key."],
    [{ authorization: basic('user:sk-one') }, null, "You didn't provide an API key."],
    [{ authorization: 'Bearer sk-onee' }, 'invalid_api_key', 'Incorrect API key provided'],
    [{ authorization: 'Bearer sk-on' }, 'invalid_api_key', 'Incorrect API key provided'],
    [{ authorization: `Bearer sk-one${'x'.repeat(1000)}` }, 'invalid_api_key', 'Incorrect API key provided'],
    [{ 'api-key': 'wrong-key-of-some-length' }, 'invalid_api_key', 'Incorrect API key provided'],
  ] as const)('refuses %o', async (headers, code, text) => {
    const response = await get(locked, '/v1/assistants', headers);
    const { error } = (await response.json()) as { error: { message: string; type: string; code: string | null } };
    expect(response.status).toBe(401);
    expect(error).toMatchObject({ type: 'invalid_request_error', code });
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('wrong-key-of-some-length');
  });

  it('are asked for before anything else is looked at, but not for the health', async () => {
    expect((await get(locked, '/v1/assistants/undefined')).status).toBe(401);
    expect((await get(locked, '/v1/nothing')).status).toBe(401);
    expect((await get(locked, '//v1/assistants')).status).toBe(401);
    for (const path of AZURE_PATHS) expect((await get(locked, path)).status).toBe(401);
    const health = await get(locked, '/health');
    expect([health.status, await health.text()]).toEqual([200, '{"status":"ok"}']);
  });
});

describe('headers of every answer', () => {
  it.each(['/v1/assistants', '/v1/nothing', '/health', '/v1/threads/undefined'])('%s', async (path) => {
    const { headers } = await get(open, path);
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
    expect(headers.get('openai-version')).toBe('2020-10-01');
    expect(headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('have a request id of their own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 600 }, async () => (await get(open, '/health')).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(600);
  });
});

describe('browsers', () => {
  it('of an allowed origin may read answers and errors', async () => {
    for (const path of ['/v1/assistants', '/v1/nothing']) {
      const { headers } = await get(open, path, { origin: 'https://app.example' });
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
    }
  });

  it('of another origin may not', async () => {
    const { headers } = await get(open, '/v1/assistants', { origin: 'https://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('need no key for a preflight', async () => {
    const response = await locked.app.request('/v1/assistants', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://any.example',
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization,openai-beta,x-stainless-lang',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE, OPTIONS');
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,openai-beta,x-stainless-lang');
  });
});

describe('paths', () => {
  it.each(['/v1/assistants/', '//v1//assistants', '/v1/assistants?limit=1', ...AZURE_PATHS])(
    '%s is the list of assistants',
    async (path) => {
      expect(await (await get(open, path)).json()).toMatchObject({ object: 'list' });
    },
  );

  it('that are unknown are 404', async () => {
    const response = await open.app.request('/v1/foo?x=1', { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: { message: 'Invalid URL (POST /v1/foo)', type: 'invalid_request_error', param: null, code: null } },
    ]);
  });

  it.each([
    ['PUT', '/v1/assistants', 'GET, POST'],
    ['GET', '/v1/threads', 'POST'],
    ['GET', '/v1/threads/runs', 'POST'],
    ['DELETE', '/v1/threads/thread_1/runs/run_1', 'GET, POST'],
    ['PUT', '/openai/assistants?api-version=2024-05-01-preview', 'GET, POST'],
    ['GET', '/api/projects/my-project/threads/runs?api-version=v1', 'POST'],
  ])('%s %s is 405', async (method, path, allow) => {
    const response = await open.app.request(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });
});
