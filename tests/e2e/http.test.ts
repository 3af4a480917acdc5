import type { Assistant, Model, Run, Thread } from '@cogitator-ai/openai-protocol';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { outOfBounds, readRefusal, refusal } from './wire/refusal.ts';
import { sendRequest, type WireResponse } from './wire/request.ts';

const KEY = 'sk-test-0123456789-abcdefghij';
const server = await startTestServer();
const guarded = await startTestServer({ apiKeys: [KEY] });
const api = connectApi(server.baseURL);
const { model } = server;
afterAll(async () => {
  await server.close();
  await guarded.close();
});

const ORIGIN = 'https://app.example';
/** What an SDK sends from a browser. */
const BROWSER_HEADERS =
  'authorization,content-type,openai-beta,openai-organization,openai-project,x-stainless-arch,x-stainless-lang,' +
  'x-stainless-os,x-stainless-package-version,x-stainless-poll-helper,x-stainless-custom-poll-interval,' +
  'x-stainless-helper-method,x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout';

function jsonOf({ body }: WireResponse): unknown {
  return JSON.parse(body.toString());
}

describe('every answer', () => {
  it.each([
    ['an object', 'POST', '/threads', 200],
    ['a list', 'GET', '/assistants', 200],
    ['a refusal', 'GET', '/threads/undefined', 400],
    ['nothing found', 'GET', '/assistants/asst_none', 404],
    ['an unknown path', 'GET', '/nothing', 404],
    ['a wrong method', 'PUT', '/assistants', 405],
  ])('has its headers: %s', async (_, method, path, status) => {
    const [one, two] = [await api.send(method, path), await api.send(method, path)];
    expect(one.status).toBe(status);
    expect(one.headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/),
      'openai-version': '2020-10-01',
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
    });
    expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id']);
  });

  it('to a run that goes on says when to ask again', async () => {
    server.upstream.script({ hang: true });
    const { id: assistant_id } = await api.post<Assistant>('/assistants', { model, instructions: 'x' });
    const run = await api.post<Run>('/threads/runs', { assistant_id });
    const path = `/threads/${run.thread_id}/runs/${run.id}`;
    expect((await api.send('GET', path)).headers['openai-poll-after-ms']).toMatch(/^\d+$/);
    // Not before the model is asked: its silence is for this run.
    await expect.poll(() => server.upstream.requests).toHaveLength(1);
    await api.post(`${path}/cancel`);
    await expect.poll(async () => (await api.get<Run>(path)).status).toBe('cancelled');
    expect((await api.send('GET', path)).headers).not.toHaveProperty('openai-poll-after-ms');
  });
});

describe('headers of clients', () => {
  it.each([[undefined], ['assistants=v2'], ['assistants=v1'], ['assistants=v2, realtime=v1'], ['something else']])(
    'OpenAI-Beta may be %s',
    async (beta) => {
      const { status } = await api.send(
        'GET',
        '/assistants',
        beta === undefined ? {} : { headers: { 'openai-beta': beta } },
      );
      expect(status).toBe(200);
    },
  );

  it.each([
    ['OpenAI-Organization', 'org-any'],
    ['OpenAI-Project', 'proj_any'],
    ['X-Client-Request-Id', 'mine'],
    ['X-Stainless-Poll-Helper', 'true'],
    ['X-Stainless-Retry-Count', '2'],
    ['Accept', 'application/binary'],
    ['Content-Type', 'application/json'],
  ])('%s makes no difference', async (name, value) => {
    expect(await api.get('/assistants')).toEqual(
      jsonOf(await api.send('GET', '/assistants', { headers: { [name]: value } })),
    );
  });
});

describe('keys', () => {
  it.each([
    ['a header of Azure', { 'api-key': KEY }, '', 200],
    ['the query', {}, `?api-key=${KEY}&api_key=${KEY}&key=${KEY}`, 401],
    ['a user name', { authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}` }, '', 401],
    ['two bearers', { authorization: `Bearer Bearer ${KEY}` }, '', 401],
  ])('in %s', async (_, headers: Record<string, string>, query, status) => {
    expect((await sendRequest(`${guarded.baseURL}/assistants${query}`, 'GET', { headers })).status).toBe(status);
  });

  it('are not needed for the health of the server', async () => {
    const response = await sendRequest(`${guarded.origin}/health`, 'GET');
    expect([response.status, jsonOf(response)]).toEqual([200, { status: 'ok' }]);
  });
});

describe('browsers', () => {
  it('may send what an SDK sends, asked without a key', async () => {
    const { status, headers } = await sendRequest(`${guarded.baseURL}/threads/runs`, 'OPTIONS', {
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': BROWSER_HEADERS,
      },
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-headers': BROWSER_HEADERS,
    });
  });

  it('may read answers, refusals and streams, and their headers', async () => {
    const { id: assistant_id } = await api.post<Assistant>('/assistants', { model, instructions: 'x' });
    const headers = { origin: ORIGIN };
    for (const response of [
      await api.send('GET', '/assistants', { headers }),
      await api.send('GET', '/threads/undefined', { headers }),
      await sendRequest(`${guarded.baseURL}/assistants`, 'GET', { headers }),
      await api.send('POST', '/threads/runs', { headers, body: { assistant_id, stream: true } }),
    ]) {
      expect(response.headers['access-control-allow-origin']).toBe('*');
      const exposed = response.headers['access-control-expose-headers']?.split(', ');
      expect(exposed).toEqual(expect.arrayContaining(['x-request-id', 'openai-poll-after-ms', 'openai-processing-ms']));
    }
  });
});

describe('bodies', () => {
  it('of 8 MB are taken', async () => {
    const messages = Array.from({ length: 40 }, () => ({ role: 'user', content: 'x'.repeat(205_000) }));
    expect(Buffer.byteLength(JSON.stringify({ messages }))).toBeGreaterThan(8_000_000);
    expect(await api.post('/threads', { messages })).toMatchObject({ object: 'thread' });
  });

  it('that are too large are refused', async () => {
    const body = JSON.stringify({ metadata: { a: 'x'.repeat(32 * 2 ** 20) } });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${server.baseURL}/threads`, { method: 'POST', headers, body });
    expect([response.status, await response.json()]).toMatchObject([
      413,
      { error: { type: 'invalid_request_error', param: null, code: null } },
    ]);
  });

  it('may be written over several lines', async () => {
    const body = JSON.stringify({ metadata: { a: 'b' } }, null, 2);
    expect(jsonOf(await api.send('POST', '/threads', { body }))).toMatchObject({ metadata: { a: 'b' } });
  });

  it('may come in chunks, and when they are asked for', async () => {
    const outgoing = request(`${server.baseURL}/threads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', expect: '100-continue' },
    });
    outgoing.flushHeaders();
    await once(outgoing, 'continue');
    outgoing.write('{"metadata":');
    outgoing.end('{"a":"b"}}');
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it('of GET and DELETE are not looked at', async () => {
    const { id } = await api.post<Thread>('/threads');
    for (const method of ['GET', 'DELETE']) {
      expect((await api.send(method, `/threads/${id}`, { body: '{' })).status).toBe(200);
    }
  });

  it('have their first fault told', async () => {
    const both = { model: 5, foo: 1 };
    const response = await api.send('POST', '/assistants', { body: both });
    expect(readRefusal(response)).toMatchObject({ status: 400 });
    expect(jsonOf(response)).toEqual({
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: expect.any(String),
        code: expect.any(String),
      },
    });
  });
});

describe('paths', () => {
  it.each([
    ['PUT', '/assistants', 'GET, POST'],
    ['PATCH', '/assistants/asst_1', 'GET, POST, DELETE'],
    ['GET', '/threads', 'POST'],
    ['DELETE', '/threads/thread_1/runs/run_1', 'GET, POST'],
    ['GET', '/threads/thread_1/runs/run_1/cancel', 'POST'],
    ['POST', '/models/x', 'GET, DELETE'],
    ['POST', '/models', 'GET'],
  ])('%s %s is refused, with the methods there are', async (method, path, allow) => {
    const response = await api.send(method, path);
    expect(response.headers['allow']).toBe(allow);
    const methods = new Intl.ListFormat('en').format(allow.split(', '));
    expect(readRefusal(response)).toEqual(
      refusal(null, 'method_not_supported', `Only ${methods} requests are accepted.`, 405),
    );
  });

  it.each(['/assistants/asst_1/files', '/threads/thread_1/messages/msg_1/files', '/chat/completions', '/'])(
    '%s is not there',
    async (path) => {
      const url = `/v1${path === '/' ? '' : path}`;
      expect(readRefusal(await api.send('GET', path))).toEqual(refusal(null, null, `Invalid URL (GET ${url})`, 404));
    },
  );

  it('may have a query that nobody knows', async () => {
    expect((await api.send('GET', '/assistants?api-version=2024-05-01-preview&x[y]=z')).status).toBe(200);
  });

  it('that are broken are no fault of the server', async () => {
    const { hostname, port } = new URL(server.origin);
    for (const target of ['/v1/assistants/%', '/v1/%ff', '/v1/assistants?limit=%', '//', '/v1/../v1/assistants']) {
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
      let text = '';
      for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
      expect(text).toMatch(/^HTTP\/1\.1 [24]\d\d /);
    }
  });
});

describe('cursors', () => {
  it.each([
    ['/assistants', 'asst'],
    ['/threads/thread_1/messages', 'msg'],
    ['/threads/thread_1/runs', 'run'],
    ['/threads/thread_1/runs/run_1/steps', 'step'],
    ['/files', 'file'],
  ])('of another kind are refused: %s', async (path, word) => {
    for (const cursor of ['undefined', 'thread_1']) {
      expect(readRefusal(await api.send('GET', `${path}?after=${cursor}`))).toEqual(
        refusal('after', 'invalid_value', `Invalid 'after': '${cursor}'. Expected an ID that begins with '${word}'.`),
      );
    }
  });

  it('may be ids of what was never there, and count for nothing where they are empty', async () => {
    await api.post('/assistants', { model });
    for (const query of ['after=asst_none', 'before=asst_none', 'after=&before=']) {
      expect((await api.send('GET', `/assistants?${query}`)).status).toBe(200);
    }
    expect(await api.get('/assistants?after=&before=')).toEqual(await api.get('/assistants'));
  });

  it('of files lead behind them alone', async () => {
    expect((await api.send('GET', '/files?before=undefined')).status).toBe(200);
  });

  it('come with 10,000 files at most', async () => {
    expect((await api.send('GET', '/files?limit=10000')).status).toBe(200);
    expect(readRefusal(await api.send('GET', '/files?limit=10001'))).toEqual(
      outOfBounds('integer', 'limit', '<=', 10_000, 10_001),
    );
  });
});

describe('models', () => {
  it('are a list without pages', async () => {
    const list = await api.get<{ data: Model[] }>('/models');
    expect(Object.keys(list)).toEqual(['object', 'data']);
    expect(list).toMatchObject({ object: 'list' });
    for (const listed of list.data) {
      expect(listed).toEqual({
        id: expect.any(String),
        object: 'model',
        created: expect.any(Number),
        owned_by: expect.any(String),
      });
    }
  });

  it('are found by names with slashes and colons, encoded or not', async () => {
    const name = 'org/fine:tuned';
    const named = await startTestServer();
    named.upstream.models = [name];
    try {
      for (const path of [name, encodeURIComponent(name), `openai/${name}`]) {
        const response = await sendRequest(`${named.baseURL}/models/${path}`, 'GET');
        expect([response.status, jsonOf(response)]).toMatchObject([200, { object: 'model' }]);
      }
    } finally {
      await named.close();
    }
  });

  it('that are unknown are 404, whatever is in their names', async () => {
    for (const name of ['nothing', 'a/b', 'ft:x']) {
      expect(readRefusal(await api.send('GET', `/models/${encodeURIComponent(name)}`))).toEqual(
        refusal('model', 'model_not_found', `The model '${name}' does not exist`, 404),
      );
    }
  });

  it('cannot be deleted, whether they are there or not', async () => {
    expect(readRefusal(await api.send('DELETE', `/models/${server.model}`))).toEqual(
      refusal(
        'model',
        null,
        `The model '${server.model}' cannot be deleted: only models that were fine-tuned here could be.`,
        403,
      ),
    );
    expect(readRefusal(await api.send('DELETE', '/models/nothing'))).toEqual(
      refusal('model', 'model_not_found', "The model 'nothing' does not exist", 404),
    );
  });
});
