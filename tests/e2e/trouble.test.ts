import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileObject } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import type { SdkError } from './sdk/sdk.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { replaceMembers } from './server/replace-members.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { connectApi } from './wire/api.ts';
import { namesOf, theDataOf } from './wire/event-stream.ts';
import { multipart } from './wire/multipart.ts';
import { openRequest } from './wire/request.ts';

const unreliable = makeUnreliable(await openTestStorage());
const server = await startEngineServer({ storage: unreliable.storage, mayFail: true, heartbeatMs: 20 });
const { upstream, model } = server;
const api = connectApi(server.baseURL);
const SECRET = 'password=hunter2';
const broken = await startEngineServer({
  mayFail: true,
  storage: replaceMembers(await openTestStorage(), { get: () => Promise.reject(new TypeError(SECRET)) }),
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await server.close();
  await broken.close();
});

describe.each(EVERY_SDK)('trouble of the server, through openai $major', (sdk) => {
  const { assistants, threads } = sdk.createClient({ baseURL: server.baseURL }).beta;
  const { runs } = threads;

  it('that passes is not noticed: the SDK tries again', async () => {
    const { id } = await assistants.create({ model });
    unreliable.fail('get');
    expect(await assistants.retrieve(id)).toMatchObject({ id });
  });

  it('that breaks a stream is an error of the SDK, and the run goes on', async () => {
    const assistant = await assistants.create({ model });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
    unreliable.fail('events.read', { times: 1 });
    const error = await runs
      .stream(thread.id, { assistant_id: assistant.id })
      .finalRun()
      .then(
        () => expect.fail('ended well'),
        (reason: SdkError) => reason,
      );
    expect(error).toBeInstanceOf(sdk.errors.APIError);
    expect(error.message).toContain('The server is currently overloaded');
    const [run] = (await runs.list(thread.id)).data;
    expect(await runs.poll(run!.id, { thread_id: thread.id })).toMatchObject({ status: 'completed' });
  });

  it('is none while the model is silent: comments keep the connection and disturb nobody', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Well', ', hello'], pause: { after: 2, until: release.promise } });
    const assistant = await assistants.create({ model });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
    const stream = runs.stream(thread.id, { assistant_id: assistant.id });
    const texts: string[] = [];
    stream.on('textDelta', ({ value }) => texts.push(value ?? ''));
    await expect.poll(() => upstream.requests).toHaveLength(1);
    await sleep(100);
    release.resolve();
    expect(await stream.finalRun()).toMatchObject({ status: 'completed' });
    expect(texts).toEqual(['Well', ', hello']);
  });
});

describe('trouble on the wire', () => {
  it('that passes is a 503 that says when to try again', async () => {
    unreliable.fail('get');
    const { status, headers, body } = await api.send('GET', '/assistants/asst_1');
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(body.toString())).toEqual({
      error: {
        message:
          'The server is currently overloaded with other requests. Sorry about that! You can retry your request.',
        type: 'server_error',
        param: null,
        code: null,
      },
    });
  });

  it('of any other kind is a 500 with the request id, and tells nothing of itself', async () => {
    const { status, headers, body } = await connectApi(broken.baseURL).send('GET', '/assistants/asst_1');
    expect(status).toBe(500);
    expect(body.toString()).not.toContain(SECRET);
    expect(JSON.parse(body.toString())).toEqual({
      error: {
        message: expect.stringMatching(
          /^The server had an error processing your request\. Sorry about that! You can retry your request/,
        ),
        type: 'server_error',
        param: null,
        code: null,
      },
    });
    expect(body.toString()).toContain(headers['x-request-id']);
  });

  it('that breaks a stream is told in the form that every SDK understands, and ends it', async () => {
    const { id: assistant_id } = await api.post<{ id: string }>('/assistants', { model, instructions: 'x' });
    unreliable.fail('events.read', { times: 1 });
    const events = await api.transcript('/threads/runs', { assistant_id });
    expect(namesOf(events).at(-1)).toBe('error');
    const { error, ...flat } = theDataOf(events, 'error');
    expect(flat).toEqual(error);
    expect(error).toMatchObject({ type: 'server_error', param: null, code: null });
  });
});

it('breaks a download off in the middle: the client sees it, and is told nothing of the store', async () => {
  const storage = await openTestStorage();
  async function* half(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(50, 'x');
    await sleep(5);
    throw new TypeError(SECRET);
  }
  const get: typeof storage.blobs.get = async (...args) => {
    const blob = await storage.blobs.get(...args);
    return blob && { ...blob, content: half() };
  };
  const blobs = replaceMembers(storage.blobs, { get });
  const failing = await startEngineServer({ mayFail: true, storage: replaceMembers(storage, { blobs }) });
  const printed = vi.spyOn(console, 'error');
  const form = multipart(['file', Buffer.alloc(50 + SECRET.length, 'x'), 'x'], ['purpose', 'assistants']);
  const { body } = await connectApi(failing.baseURL).send('POST', '/files', form);
  const { id } = JSON.parse(body.toString()) as FileObject;
  const download = await openRequest(`${failing.baseURL}/files/${id}/content`, 'GET');
  const chunks: Buffer[] = [];
  download.on('data', (chunk: Buffer) => chunks.push(chunk));
  await expect(once(download, 'end')).rejects.toThrow('aborted');
  expect(Buffer.concat(chunks).toString()).toBe('x'.repeat(50));
  expect(printed.mock.calls).toEqual([]);
  printed.mockRestore();
  await failing.close();
});
