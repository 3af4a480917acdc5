import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedApp, startApp } from './start-app.ts';

let app: StartedApp['app'];
let started: StartedApp;
const logged: object[] = [];

beforeAll(async () => {
  const logger = { debug: (fields: object) => logged.push(fields), info() {}, warn() {}, error() {} };
  started = await startApp({ logger });
  ({ app } = started);
});
afterAll(() => started.close());

async function post(path: string, key: string, body: object): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });
}

/** Without Node's request and response, as on other runtimes. */
describe('a key of a request that does not come from Node', () => {
  it('has an answer repeated', async () => {
    const first = await post('/v1/threads', 'one', { metadata: { a: 'b' } });
    const second = await post('/v1/threads', 'one', { metadata: { a: 'b' } });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(await second.text()).toBe(await first.text());
    expect(second.headers.get('content-type')).toBe('application/json');
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  it('has a stream repeated', async () => {
    const assistant = (await (await post('/v1/assistants', 'two', { model: 'demo' })).json()) as { id: string };
    const thread = { messages: [{ role: 'user', content: 'Hello' }] };
    const body = { assistant_id: assistant.id, stream: true, thread };
    const first = await (await post('/v1/threads/runs', 'three', body)).text();
    const second = await post('/v1/threads/runs', 'three', body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(await second.text()).toBe(first);
    expect(first).toContain('event: thread.run.completed');
  });

  it('is logged as any request', async () => {
    logged.length = 0;
    await post('/v1/threads', 'four', {});
    await post('/v1/threads', 'four', {});
    expect(logged).toMatchObject([200, 200].map((status) => ({ method: 'POST', path: '/v1/threads', status })));
  });
});
