import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Assistant, Run, StreamEvent, Thread, VectorStore } from '@cogitator-ai/openai-protocol';
import type { RecordKind } from '@cogitator-ai/openai-storage';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { startLossyProxy } from './server/start-lossy-proxy.ts';
import { startTestServer } from './server/start-test-server.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { connectApi } from './wire/api.ts';
import { namesOf, parseEventStream, readEventStream } from './wire/event-stream.ts';
import { messageStep, RUN_BEGINS } from './wire/expected-events.ts';
import { openRequest, sendRequest, type WireRequest, type WireResponse } from './wire/request.ts';

const storage = await openTestStorage();
const server = await startEngineServer({ storage });
// Another replica on the same data.
const replica = await startEngineServer({ storage });
const proxy = await startLossyProxy(server.origin);
const { baseURL, upstream, model } = server;
const api = connectApi(baseURL);

beforeEach(async () => {
  // A run of the test before would take the reply that is meant for one of this.
  await vi.waitUntil(async () => !(await isAnyAdvanced()), { timeout: 10_000 });
  upstream.reset();
  replica.upstream.reset();
});
afterAll(async () => {
  await proxy.close();
  await replica.close();
  await server.close();
});

const FUNCTION = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const CALL = { toolCalls: [{ id: 'call_1', name: 'f', arguments: ['{}'] }] };
const MESSAGE = { role: 'user', content: 'Hello' };

async function post(path: string, key: string, { headers, body }: WireRequest = {}, base = baseURL) {
  return sendRequest(base + path, 'POST', { headers: { 'idempotency-key': key, ...headers }, body });
}

/** Sends a whole request and is gone before there can be an answer. */
async function postAndLeave(path: string, key: string, { headers, body }: WireRequest): Promise<void> {
  const content = typeof body === 'object' && !(body instanceof Buffer) ? JSON.stringify(body) : (body as Buffer);
  const outgoing = request(baseURL + path, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
  });
  outgoing.on('error', () => {}).end(content);
  await once(outgoing, 'finish');
  outgoing.destroy();
}

/** Sends a request, waits for its answer, and does not take it. */
async function postAndLoseAnswer(path: string, key: string, { headers, body }: WireRequest): Promise<void> {
  const options = { headers: { 'idempotency-key': key, ...headers }, body };
  (await openRequest(baseURL + path, 'POST', options)).destroy();
}

function isReplayed({ headers }: WireResponse): boolean {
  return headers['idempotency-replayed'] === 'true';
}

/** The object of an answer. @throws unless it is a 200. */
function objectOf({ status, body }: WireResponse): { id: string } {
  expect([status, body.toString()]).toEqual([200, expect.any(String)]);
  return JSON.parse(body.toString()) as { id: string };
}

async function isAnyAdvanced(): Promise<boolean> {
  const { records: threads } = await storage.list({ kind: 'thread', path: [], limit: 10_000, order: 'asc' });
  const latest = threads.map(({ key }) => storage.list({ kind: 'run', path: [key.id], limit: 1, order: 'desc' }));
  return (await Promise.all(latest)).some(({ records }) =>
    records.some(({ body }) => ['queued', 'in_progress', 'cancelling'].includes((JSON.parse(body) as Run).status)),
  );
}

async function count(kind: RecordKind, path: string[] = []): Promise<number> {
  return (await storage.list({ kind, path, limit: 10_000, order: 'asc' })).records.length;
}

function multipart(fields: Record<string, string>, content: string): WireRequest {
  const boundary = randomUUID();
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${content}\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.from(`${parts.join('')}${file}--${boundary}--\r\n`),
  };
}

const newAssistant = () => api.post<Assistant>('/assistants', { model, tools: [FUNCTION] });
const newThread = () => api.post<Thread>('/threads', { messages: [MESSAGE] });

async function waitingRun(): Promise<Run> {
  upstream.script(CALL);
  const [assistant, thread] = [await newAssistant(), await newThread()];
  const events = await api.transcript(`/threads/${thread.id}/runs`, { assistant_id: assistant.id });
  return events.find(({ event }) => event === 'thread.run.requires_action')!.data as Run;
}

interface Creation extends WireRequest {
  path: string;
  /** What is created, and below what. */
  kind: RecordKind;
  owners?: string[];
}

/** Every route that creates something, with what it needs. */
const CREATIONS: [route: string, prepare: () => Creation | Promise<Creation>][] = [
  ['POST /assistants', () => ({ path: '/assistants', body: { model }, kind: 'assistant' })],
  ['POST /threads', () => ({ path: '/threads', body: { messages: [MESSAGE] }, kind: 'thread' })],
  [
    'POST /threads/{thread_id}/messages',
    async () => {
      const { id } = await newThread();
      return { path: `/threads/${id}/messages`, body: MESSAGE, kind: 'message', owners: [id] };
    },
  ],
  [
    'POST /threads/{thread_id}/runs',
    async () => {
      const [assistant, { id }] = [await newAssistant(), await newThread()];
      return { path: `/threads/${id}/runs`, body: { assistant_id: assistant.id }, kind: 'run', owners: [id] };
    },
  ],
  [
    'POST /threads/runs',
    async () => {
      const body = { assistant_id: (await newAssistant()).id, thread: { messages: [MESSAGE] } };
      return { path: '/threads/runs', body, kind: 'thread' };
    },
  ],
  ['POST /files', () => ({ path: '/files', ...multipart({ purpose: 'assistants' }, 'content'), kind: 'file' })],
  ['POST /vector_stores', () => ({ path: '/vector_stores', body: { name: 'x' }, kind: 'vector_store' })],
  [
    'POST /vector_stores/{vector_store_id}/file_batches',
    async () => {
      const { id } = await api.post<VectorStore>('/vector_stores', {});
      const file = objectOf(await post('/files', randomUUID(), multipart({ purpose: 'assistants' }, 'content')));
      const path = `/vector_stores/${id}/file_batches`;
      return { path, body: { file_ids: [file.id] }, kind: 'vector_store_file_batch', owners: [id] };
    },
  ],
];

describe.each(CREATIONS)('%s', (_, prepare) => {
  it.each([
    ['before there is an answer', postAndLeave],
    ['in place of the answer', postAndLoseAnswer],
  ])('creates one object when the connection breaks %s', async (_when, loseAnswer) => {
    const { path, kind, owners, ...options } = await prepare();
    const before = await count(kind, owners);
    const key = randomUUID();
    await loseAnswer(path, key, options);
    const retry = await post(path, key, options);
    const object = objectOf(retry);
    expect(retry.headers['x-request-id']).toMatch(/^req_/);
    const again = await post(path, key, options);
    expect([isReplayed(again), objectOf(again)]).toEqual([true, object]);
    expect(await count(kind, owners)).toBe(before + 1);
  });

  it('creates one object for requests at the same time, on two replicas', async () => {
    const { path, kind, owners, ...options } = await prepare();
    const before = await count(kind, owners);
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_entry, n) => post(path, key, options, n % 2 ? baseURL : replica.baseURL)),
    );
    const bodies = answers.map((answer) => JSON.stringify(objectOf(answer)));
    expect(new Set(bodies).size).toBe(1);
    expect(answers.filter(isReplayed)).toHaveLength(7);
    expect(await count(kind, owners)).toBe(before + 1);
  });
});

describe.each(EVERY_SDK)('a retry of openai $major after a lost answer', (sdk) => {
  const client = () =>
    sdk.createClient({
      baseURL: `${proxy.origin}/v1`,
      maxRetries: 1,
      defaultHeaders: { 'Idempotency-Key': randomUUID() },
    });

  it('creates nothing twice', async () => {
    const { lost } = proxy;
    const threads = await count('thread');
    proxy.loseNext();
    const thread = await client().beta.threads.create({ metadata: { of: 'the retry' } });
    expect(await count('thread')).toBe(threads + 1);

    proxy.loseNext();
    await client().beta.threads.messages.create(thread.id, { role: 'user', content: 'Hello' });
    expect(await count('message', [thread.id])).toBe(1);

    const { id } = await newAssistant();
    proxy.loseNext();
    const run = await client().beta.threads.runs.create(thread.id, { assistant_id: id });
    expect((await storage.list({ kind: 'run', path: [thread.id], limit: 9, order: 'asc' })).records).toMatchObject([
      { key: { id: run.id } },
    ]);

    const files = await count('file');
    proxy.loseNext();
    const file = await client().files.create({
      file: await sdk.toFile(Buffer.from('content'), 'a.txt'),
      purpose: 'assistants',
    });
    expect(file.bytes).toBe(7);
    expect(await count('file')).toBe(files + 1);
    expect(proxy.lost).toBe(lost + 4);
  });

  it('is told all of a stream', async () => {
    const thread = await newThread();
    const { id } = await newAssistant();
    proxy.loseNext();
    const stream = client().beta.threads.runs.stream(thread.id, { assistant_id: id });
    const [message] = await stream.finalMessages();
    expect(message!.content).toMatchObject([{ type: 'text', text: { value: 'You said: Hello' } }]);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('other changes', () => {
  it('are made once too: outputs of tools', async () => {
    const run = await waitingRun();
    const key = randomUUID();
    const path = `/threads/${run.thread_id}/runs/${run.id}/submit_tool_outputs`;
    const options = { body: { tool_outputs: [{ tool_call_id: 'call_1', output: '1' }] } };
    await postAndLoseAnswer(path, key, options);
    const retry = await post(path, key, options);
    expect(isReplayed(retry)).toBe(true);
    expect(objectOf(retry)).toMatchObject({ id: run.id, status: 'queued' });
  });

  it('are made once too: a cancellation, which has no body', async () => {
    const run = await waitingRun();
    const path = `/threads/${run.thread_id}/runs/${run.id}/cancel`;
    const key = randomUUID();
    const first = await post(path, key);
    const second = await post(path, key);
    expect(isReplayed(second)).toBe(true);
    expect(objectOf(second)).toEqual(objectOf(first));
  });
});

describe('a stream', () => {
  async function begin(): Promise<{ path: string; body: object }> {
    const [assistant, thread] = [await newAssistant(), await newThread()];
    return { path: `/threads/${thread.id}/runs`, body: { assistant_id: assistant.id, stream: true } };
  }

  async function stream(base: string, path: string, key: string, body: object) {
    const response = await openRequest(base + path, 'POST', { headers: { 'idempotency-key': key }, body });
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    return { response, events: readEventStream(response) };
  }

  it('is given again from its first event, while it goes on and later, on any replica', async () => {
    const { promise: paused, resolve: goOn } = Promise.withResolvers<void>();
    upstream.script({ text: ['Hello', ' there', '.'], pause: { after: 2, until: paused } });
    const { path, body } = await begin();
    const key = randomUUID();

    const first = await stream(baseURL, path, key, body);
    const beginning = await first.events.readTo('thread.message.delta');
    first.events.disconnect();
    const second = await stream(replica.baseURL, path, key, body);
    expect(second.response.headers['idempotency-replayed']).toBe('true');
    const again = await second.events.readTo('thread.message.delta');
    expect(again).toEqual(beginning);
    goOn();
    const rest = await second.events.readAll();
    expect(namesOf([...again, ...rest])).toEqual([...RUN_BEGINS, ...messageStep(3), 'thread.run.completed', 'done']);

    const later = await stream(baseURL, path, key, body);
    expect(await later.events.readAll()).toEqual([...again, ...rest]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('of tool outputs is given again from where it began', async () => {
    const run = await waitingRun();
    const path = `/threads/${run.thread_id}/runs/${run.id}/submit_tool_outputs`;
    const body = { tool_outputs: [{ tool_call_id: 'call_1', output: '1' }], stream: true };
    const key = randomUUID();
    const transcripts: StreamEvent[][] = [];
    for (const base of [baseURL, replica.baseURL]) {
      transcripts.push(parseEventStream((await post(path, key, { body }, base)).body));
    }
    expect(namesOf(transcripts[0]!).slice(0, 3)).toEqual([
      'thread.run.step.completed',
      'thread.run.queued',
      'thread.run.in_progress',
    ]);
    expect(transcripts[1]).toEqual(transcripts[0]);
  });

  it('begins once for requests at the same time', async () => {
    const { path, body } = await begin();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(path, key, { body })));
    const transcripts = answers.map((answer) => JSON.stringify(parseEventStream(answer.body)));
    expect(new Set(transcripts).size).toBe(1);
    expect(answers.filter(isReplayed)).toHaveLength(5);
    expect(upstream.requests).toHaveLength(1);
  });

  it('whose events are gone is not begun again: the answer names its run', async () => {
    const short = await startEngineServer({ limits: { eventRetentionMs: 1000 } });
    try {
      const there = connectApi(short.baseURL);
      const { id } = await there.post<Assistant>('/assistants', { model });
      const body = { assistant_id: id, stream: true, thread: { messages: [MESSAGE] } };
      const key = randomUUID();
      const [created] = parseEventStream((await post('/threads/runs', key, { body }, short.baseURL)).body).slice(1);
      const { id: runId, thread_id: partition } = created!.data as Run;
      // They are set to be forgotten once the run has ended.
      const events = () => short.storage.events.read({ partition, id: runId }, { after: 0, limit: 1 });
      await expect.poll(events, { timeout: 10_000 }).toEqual([]);
      const retry = await post('/threads/runs', key, { body }, short.baseURL);
      expect(retry.status).toBe(409);
      expect(retry.headers['x-should-retry']).toBe('false');
      expect(retry.body.toString()).toContain(runId);
    } finally {
      await short.close();
    }
  });
});

describe('a key', () => {
  it('makes no difference where it is another one, or none', async () => {
    const threads = await count('thread');
    for (let n = 0; n < 2; n++) {
      expect(isReplayed(await post('/threads', randomUUID(), { body: {} }))).toBe(false);
      await api.post('/threads', {});
    }
    expect(await count('thread')).toBe(threads + 4);
  });

  it('is free again after a refused request', async () => {
    const key = randomUUID();
    const refused = await post('/assistants', key, { body: { model: '' } });
    expect(refused.status).toBe(400);
    expect((await post('/assistants', key, { body: '{"model":' })).status).toBe(400);
    expect((await post('/threads/thread_none/messages', key, { body: MESSAGE })).status).toBe(404);
    expect((await post('/nowhere', key, { body: {} })).status).toBe(404);
    const corrected = await post('/assistants', key, { body: { model } });
    expect([corrected.status, isReplayed(corrected)]).toEqual([200, false]);
  });

  it('is free again when an upload breaks off', async () => {
    const [files, keys] = [await count('file'), await count('idempotency_key')];
    const { headers, body } = multipart({ purpose: 'assistants' }, 'content');
    const key = randomUUID();
    const outgoing = request(`${baseURL}/files`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': key, 'content-length': (body as Buffer).length },
    });
    outgoing.on('error', () => {}).write((body as Buffer).subarray(0, -20));
    await vi.waitFor(async () => expect(await count('idempotency_key')).toBe(keys + 1));
    outgoing.destroy();
    const retry = await post('/files', key, { headers: headers!, body });
    expect([retry.status, isReplayed(retry)]).toEqual([200, false]);
    expect(await count('file')).toBe(files + 1);
  });

  it('is for one request: another method, path or body is refused', async () => {
    const key = randomUUID();
    const thread = await newThread();
    await post('/threads', key, { body: {} });
    for (const [path, body] of [
      ['/threads', { metadata: {} }],
      ['/threads', undefined],
      [`/threads/${thread.id}`, {}],
    ] as const) {
      const refused = await post(path, key, { body });
      expect([refused.status, JSON.parse(refused.body.toString())]).toEqual([
        400,
        {
          error: {
            message: `Idempotency-Key '${key}' was used before, with another method, path or body. Use a new key for a new request.`,
            type: 'invalid_request_error',
            param: null,
            code: 'idempotency_key_reused',
          },
        },
      ]);
    }
    // The same request by Azure's path is the same request; a GET has no use for the key.
    expect(isReplayed(await post('/openai/threads?api-version=v1', key, { body: {} }, server.origin))).toBe(true);
    const got = await sendRequest(`${baseURL}/threads/${thread.id}`, 'GET', { headers: { 'idempotency-key': key } });
    expect(got.status).toBe(200);
  });

  it('has 1 to 255 characters', async () => {
    expect((await post('/threads', 'k'.repeat(255), { body: {} })).status).toBe(200);
    for (const [key, code] of [
      ['k'.repeat(256), 'string_above_max_length'],
      ['', 'empty_string'],
    ] as const) {
      const refused = await post('/threads', key, { body: {} });
      expect([refused.status, JSON.parse(refused.body.toString())]).toMatchObject([
        400,
        { error: { type: 'invalid_request_error', param: 'Idempotency-Key', code } },
      ]);
    }
  });

  it('of a JSON route does not make a form an empty body', async () => {
    const { headers, body } = multipart({}, 'content');
    expect((await post('/threads', randomUUID(), { headers: headers!, body })).status).toBe(415);
  });

  it('belongs to the API key it came with', async () => {
    const locked = await startTestServer({ apiKeys: ['sk-one', 'sk-two'] });
    try {
      const key = randomUUID();
      const send = (headers: Record<string, string>) =>
        post('/threads', key, { headers, body: {} }, locked.baseURL).then((answer) => objectOf(answer).id);
      const one = await send({ authorization: 'Bearer sk-one' });
      expect(await send({ 'api-key': 'sk-one' })).toBe(one);
      expect(await send({ authorization: 'Bearer sk-two' })).not.toBe(one);
      expect((await post('/threads', key, { body: {} }, locked.baseURL)).status).toBe(401);
    } finally {
      await locked.close();
    }
  });

  it('is read by browsers', async () => {
    const key = randomUUID();
    const origin = { origin: 'https://app.example' };
    await post('/threads', key, { headers: origin, body: {} });
    const replay = await post('/threads', key, { headers: origin, body: {} });
    expect(isReplayed(replay)).toBe(true);
    expect(replay.headers['access-control-expose-headers']).toContain('idempotency-replayed');
  });
});

describe('a store that fails for a moment', () => {
  async function start() {
    const unreliable = makeUnreliable(await openTestStorage());
    const limits = { idempotencyLeaseMs: 3000 };
    const failing = await startEngineServer({ storage: unreliable.storage, limits, mayFail: true });
    const key = randomUUID();
    const send = async (path: string, body: object) => {
      const answer = await post(path, key, { body }, failing.baseURL);
      const { error } = JSON.parse(answer.body.toString()) as { error?: { code: string } };
      return [answer.status, error?.code ?? answer.headers['x-should-retry']];
    };
    const threads = async () => {
      const { records } = await unreliable.storage.list({ kind: 'thread', path: [], limit: 9, order: 'asc' });
      return records;
    };
    return {
      failing,
      fail: (...fault: Parameters<typeof unreliable.fail>) => unreliable.fail(...fault),
      send,
      threads,
    };
  }

  const UNKNOWN = [409, 'idempotency_outcome_unknown'];

  it.each([true, false])(
    'does not have the same done twice when it did not say whether it was (done: %s)',
    async (done) => {
      const { failing, fail, send, threads } = await start();
      fail('commit', { when: /"kind":"thread"/, done });
      expect((await send('/threads', {}))[0]).toBe(503);
      for (let retry = 0; retry < 2; retry++) expect(await send('/threads', {})).toEqual(UNKNOWN);
      expect(await threads()).toHaveLength(done ? 1 : 0);
      await failing.close();
    },
  );

  it('leaves the key free when it failed before anything could be done, though it goes on to fail', async () => {
    const { failing, fail, send, threads } = await start();
    const { id } = await connectApi(failing.baseURL).post<Thread>('/threads');
    fail('get', { when: /"kind":"thread"/ });
    fail('commit', { when: /"write":"delete","key":{"kind":"idempotency_key"/, times: 2 });
    const change = { metadata: { changed: 'once' } };
    expect((await send(`/threads/${id}`, change))[0]).toBe(503);
    expect((await send(`/threads/${id}`, change))[0]).toBe(200);
    expect(await threads()).toMatchObject([{ version: 2 }]);
    await failing.close();
  });

  it.each([true, false])(
    'when the key is claimed: leaves it to the request or to its retry (done: %s)',
    async (done) => {
      const { failing, fail, send, threads } = await start();
      fail('commit', { when: /"kind":"idempotency_key"/, done });
      expect((await send('/threads', {}))[0]).toBe(done ? 200 : 503);
      expect((await send('/threads', {}))[0]).toBe(200);
      expect(await threads()).toHaveLength(1);
      await failing.close();
    },
  );

  it('when the answer is kept: has it kept a moment later', async () => {
    const { failing, fail, send, threads } = await start();
    fail('commit', { when: /"write":"put","key":{"kind":"idempotency_key"/, times: 2 });
    expect((await send('/threads', {}))[0]).toBe(200);
    expect((await send('/threads', {}))[0]).toBe(200);
    expect(await threads()).toHaveLength(1);
    await failing.close();
  });
});
