import type { Assistant, Run, Thread } from '@cogitator-ai/openai-protocol';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { namesOf, parseEventStream } from './wire/event-stream.ts';
import { sendRequest, type WireResponse } from './wire/request.ts';

const KEY = 'sk-test-0123456789-abcdefghij';
const server = await startTestServer();
const guarded = await startTestServer({ apiKeys: ['sk-another', KEY] });
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(async () => {
  await server.close();
  await guarded.close();
});

async function begin(): Promise<{ path: string; body: { assistant_id: string; stream: true } }> {
  const { id: assistant_id } = await api.post<Assistant>('/assistants', { model });
  const { id } = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
  return { path: `/threads/${id}/runs`, body: { assistant_id, stream: true } };
}

/** Sends a request as bytes and gives back every byte until the server closes the connection. */
async function exchange(
  path: string,
  body: object,
): Promise<{ head: string; chunks: string[]; closedAfterMs: number }> {
  const { hostname, port } = new URL(server.origin);
  const socket = connect(Number(port), hostname);
  const text = JSON.stringify(body);
  socket.write(
    `POST /v1${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: keep-alive\r\n\r\n${text}`,
  );
  let received = Buffer.alloc(0);
  let doneAt = Infinity;
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    if (received.includes('[DONE]')) doneAt = Math.min(doneAt, performance.now());
  });
  await once(socket, 'end');
  const closedAfterMs = performance.now() - doneAt;
  socket.destroy();
  const split = received.indexOf('\r\n\r\n');
  return {
    head: received.subarray(0, split).toString('latin1'),
    chunks: readChunks(received.subarray(split + 4)),
    closedAfterMs,
  };
}

/** The chunks of a chunked body. @throws when the body does not end where its last chunk does. */
function readChunks(body: Buffer): string[] {
  const chunks: string[] = [];
  for (let at = 0; ;) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, line).toString('latin1'), 16);
    const start = line + 2;
    expect(body.subarray(start + size, start + size + 2).toString('latin1')).toBe('\r\n');
    if (size === 0) {
      expect(body.length).toBe(start + 2);
      return chunks;
    }
    chunks.push(new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(start, start + size)));
    at = start + size + 2;
  }
}

describe('a stream on the wire', () => {
  it('is frames and nothing else, each in one chunk, and the connection closes behind it', async () => {
    upstream.script({ text: ['Hello', ' 世界', ' 👋🏽'], delayMs: 50 });
    const { path, body } = await begin();
    const { head, chunks, closedAfterMs } = await exchange(path, body);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);

    const text = chunks.join('');
    const events = parseEventStream(Buffer.from(text));
    // Nothing but the objects, without a blank, in the order of their keys.
    const again = events.map(
      ({ event, data }) => `event: ${event}\ndata: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`,
    );
    expect(text).toBe(again.join(''));
    expect(text.endsWith('\n\nevent: done\ndata: [DONE]\n\n')).toBe(true);
    expect(text).toContain('世界');
    // Events do not fall apart on their way.
    for (const chunk of chunks) expect(chunk).toMatch(/^event: [\s\S]*\n\n$/);
    // Nor are they held back until there are more.
    expect(chunks.filter((chunk) => chunk.includes('thread.message.delta')).length).toBeGreaterThan(1);
    expect(closedAfterMs).toBeLessThan(100);
  });

  it('has these headers', async () => {
    const { path, body } = await begin();
    const { status, headers } = await api.send('POST', path, { body });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-cache',
      connection: 'close',
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/),
      'openai-version': '2020-10-01',
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
    });
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('is asked for by the body alone', async () => {
    const { path, body } = await begin();
    const streamed = await api.send('POST', path, { body, headers: { accept: 'application/json' } });
    expect(streamed.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    for (const stream of [false, null, undefined]) {
      const plain = await begin();
      const answer = await api.send('POST', plain.path, {
        body: { ...plain.body, stream },
        headers: { accept: 'text/event-stream' },
      });
      expect(answer.headers['content-type']).toBe('application/json');
      const run = toJson(answer) as Run;
      expect(run).toMatchObject({ object: 'thread.run', status: 'queued' });
      await expect.poll(async () => (await api.get<Run>(`${plain.path}/${run.id}`)).status).toBe('completed');
    }
  });

  it('begins at once, before the model has said anything', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Hi'], pause: { after: 0, until: release.promise } });
    const { path, body } = await begin();
    const stream = await api.stream(path, body);
    expect(namesOf(await stream.readTo('thread.run.in_progress'))).toEqual([
      'thread.run.created',
      'thread.run.queued',
      'thread.run.in_progress',
    ]);
    release.resolve();
    expect(namesOf(await stream.readAll()).slice(-2)).toEqual(['thread.run.completed', 'done']);
  });

  it('that nobody reads to its end leaves the run alone', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Still', ' here', '.'], pause: { after: 2, until: release.promise } });
    const { path, body } = await begin();
    const stream = await api.stream(path, body);
    await stream.readTo('thread.message.delta');
    stream.disconnect();
    await sleep(50);
    release.resolve();
    const runs = await api.get<{ data: Run[] }>(path);
    const { id } = runs.data[0]!;
    await expect.poll(async () => (await api.get<Run>(`${path}/${id}`)).status).toBe('completed');
    const messages = await api.get<{ data: object[] }>(path.replace('/runs', '/messages'));
    expect(messages.data[0]).toMatchObject({
      status: 'completed',
      content: [{ type: 'text', text: { value: 'Still here.', annotations: [] } }],
    });
  });
});

describe('errors on the wire', () => {
  const refused = (response: WireResponse): object => {
    const { 'content-type': type, 'x-request-id': requestId } = response.headers;
    expect(type).toBe('application/json');
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/);
    return { status: response.status, ...(toJson(response) as object) };
  };
  const invalidRequest = (
    status: number,
    message: unknown,
    param: string | null = null,
    code: string | null = null,
  ) => ({
    status,
    error: { message, type: 'invalid_request_error', param, code },
  });

  it('of a request to stream are plain JSON', async () => {
    const { path, body } = await begin();
    expect(refused(await api.send('POST', path, { body: { ...body, foo: 1 } }))).toEqual(
      invalidRequest(400, "Unknown parameter: 'foo'.", 'foo', 'unknown_parameter'),
    );
    const unknown = 'asst_01JZZZZZZZZZZZZZZZZZZZZZZZ';
    expect(refused(await api.send('POST', path, { body: { ...body, assistant_id: unknown } }))).toEqual(
      invalidRequest(404, `No assistant found with id '${unknown}'.`),
    );
    upstream.script({ hang: true });
    const stream = await api.stream(path, body);
    const [created] = await stream.readTo('thread.run.created');
    const { id, thread_id: threadId } = created!.data as Run;
    expect(refused(await api.send('POST', path, { body }))).toEqual(
      invalidRequest(400, `Thread ${threadId} already has an active run ${id}.`),
    );
    expect(
      refused(
        await api.send('POST', `${path}/${id}/submit_tool_outputs`, { body: { tool_outputs: [], stream: true } }),
      ),
    ).toEqual(
      invalidRequest(
        400,
        expect.stringMatching(/^Runs in status "(queued|in_progress)" do not accept tool outputs\.$/),
      ),
    );
    await api.post(`${path}/${id}/cancel`);
    await stream.readAll();
  });

  it.each(['{', '{"model": }', "{'model':'x'}", '{"model":"x"} {}', 'model=x', '\u0000', '[1,'])(
    'malformed JSON: %j',
    async (body) => {
      const before = await api.get<{ data: object[] }>('/assistants');
      expect(refused(await api.send('POST', '/assistants', { body }))).toEqual(
        invalidRequest(400, expect.stringMatching(/^We could not parse the JSON body of your request\. \(HINT: /)),
      );
      expect(await api.get('/assistants')).toEqual(before);
    },
  );

  it.each(['null', '[]', '"text"', '5', 'true'])('JSON that is no object: %s', async (body) => {
    const response = await api.send('POST', '/assistants', { body });
    expect(refused(response)).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } });
  });

  it('bytes that are no UTF-8 are not a server error', async () => {
    const body = Buffer.from([0x7b, 0x22, 0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    expect((await api.send('POST', '/assistants', { body })).status).toBeLessThan(500);
  });

  it('empty bodies count as {}', async () => {
    for (const headers of [undefined, { 'content-type': 'application/json' }]) {
      const response = await api.send('POST', '/threads', { body: '', ...(headers && { headers }) });
      expect(response.status).toBe(200);
    }
    expect(refused(await api.send('POST', '/assistants', { body: '' }))).toEqual(
      invalidRequest(400, "Missing required parameter: 'model'.", 'model', 'missing_required_parameter'),
    );
  });

  it('another content type', async () => {
    const response = await api.send('POST', '/assistants', {
      body: JSON.stringify({ model }),
      headers: { 'content-type': 'text/plain' },
    });
    expect(refused(response)).toMatchObject({
      status: 415,
      error: {
        message: expect.stringMatching(
          /^Unsupported content type: 'text\/plain'\. This API method only accepts 'application\/json' requests/,
        ),
        code: 'unsupported_content_type',
      },
    });
    const charset = await api.send('POST', '/threads', {
      body: '{}',
      headers: { 'content-type': 'application/json; charset=UTF-8' },
    });
    expect(charset.status).toBe(200);
  });

  it('unknown paths and methods', async () => {
    expect(refused(await api.send('POST', '/foo'))).toEqual(invalidRequest(404, 'Invalid URL (POST /v1/foo)'));
    expect(refused(await api.send('GET', '/assistants/asst_x/files'))).toEqual(
      invalidRequest(404, 'Invalid URL (GET /v1/assistants/asst_x/files)'),
    );
    expect(refused(await api.send('PUT', '/assistants'))).toMatchObject({
      status: 405,
      error: { code: 'method_not_supported' },
    });
    expect(refused(await api.send('GET', '/threads/runs'))).toMatchObject({ status: expect.toSatisfy(isClientError) });
  });

  it.each(['/assistants/', '//assistants', '/assistants/?limit=1'])('%s is the list of assistants', async (path) => {
    const response = await api.send('GET', path);
    expect(response.status).toBe(200);
    expect(toJson(response)).toMatchObject({ object: 'list' });
  });

  it('an empty list has no ids', async () => {
    const { id } = await api.post<Thread>('/threads');
    expect(await api.get(`/threads/${id}/messages`)).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });

  it('files: no form, no file, no purpose', async () => {
    const form = (...parts: string[]): { body: string; headers: Record<string, string> } => ({
      body: [...parts.map((part) => `--b\r\n${part}\r\n`), '--b--\r\n'].join(''),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    const file = 'Content-Disposition: form-data; name="file"; filename="x.txt"\r\n\r\ntext';
    const purpose = 'Content-Disposition: form-data; name="purpose"\r\n\r\nassistants';
    expect(refused(await api.send('POST', '/files', { body: { purpose: 'assistants' } }))).toMatchObject({
      status: expect.toSatisfy((status) => status === 400 || status === 415),
    });
    expect(refused(await api.send('POST', '/files', form(purpose)))).toEqual(
      invalidRequest(400, "Missing required parameter: 'file'.", 'file', 'missing_required_parameter'),
    );
    expect(refused(await api.send('POST', '/files', form(file)))).toEqual(
      invalidRequest(400, "Missing required parameter: 'purpose'.", 'purpose', 'missing_required_parameter'),
    );
    expect(
      refused(await api.send('POST', '/files', { ...form(file, purpose), body: '--b\r\nContent-Dispo' })),
    ).toMatchObject({ status: 400 });
    expect(await api.get('/files')).toMatchObject({ data: [] });
    // Either order is right.
    for (const parts of [
      [file, purpose],
      [purpose, file],
    ]) {
      expect((await api.send('POST', '/files', form(...parts))).status).toBe(200);
    }
  });
});

describe('keys on the wire', () => {
  const guardedApi = connectApi(guarded.baseURL);
  const withHeaders = (headers: Record<string, string>) => guardedApi.send('GET', '/assistants', { headers });

  it.each([
    ['Bearer', `Bearer ${KEY}`],
    ['bearer', `bearer ${KEY}`],
    ['Basic with a blank user', `Basic ${Buffer.from(`:${KEY}`).toString('base64')}`],
    ['any key of the list', 'Bearer sk-another'],
  ])('are taken as %s', async (_, authorization) => {
    expect((await withHeaders({ authorization })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['missing', {}],
    ['of another scheme', { authorization: `Digest ${KEY}` }],
    ['without a scheme', { authorization: KEY }],
  ])('%s', async (_, headers) => {
    const response = await withHeaders(headers);
    expect(response.status).toBe(401);
    expect(toJson(response)).toEqual({
      error: {
        message: expect.stringMatching(
          /^You didn't provide an API key\. You need to provide your API key in an Authorization header using Bearer auth \(i\.e\. Authorization: Bearer YOUR_KEY\)/,
        ),
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    });
  });

  it('are asked for before anything else', async () => {
    const headers = { authorization: 'Bearer sk-wrong' };
    for (const [method, path, body] of [
      ['POST', '/assistants', '{'],
      ['GET', '/threads/undefined', undefined],
      ['GET', '/threads/thread_01JZZZZZZZZZZZZZZZZZZZZZZZ', undefined],
      ['POST', '/files', 'x'],
    ] as const) {
      const response = await guardedApi.send(method, path, { headers, body });
      expect(response.status).toBe(401);
      expect(toJson(response)).toMatchObject({ error: { code: 'invalid_api_key' } });
    }
    expect((await sendRequest(`${guarded.origin}/health`, 'GET')).status).toBe(200);
  });
});

function toJson({ body }: WireResponse): unknown {
  return JSON.parse(body.toString());
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500;
}
