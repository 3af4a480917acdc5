import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedApp, startApp } from './start-app.ts';

let app: StartedApp;
let assistantId: string;
/** Path of a run that has ended. */
let ended: string;

beforeAll(async () => {
  app = await startApp();
  const { value } = await app.engine.assistants.create({ model: 'demo' });
  assistantId = value.id;
  ended = await beginRun('hi');
  await readFrames(await get(`${ended}/events`));
});
afterAll(() => app.close());

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return app.app.request(path, { headers });
}

async function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return app.app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** @returns Path of the run. */
async function beginRun(content: string, more: object = {}): Promise<string> {
  const thread = { messages: [{ role: 'user', content }] };
  const response = await post('/v1/threads/runs', { assistant_id: assistantId, thread, ...more });
  const { id, thread_id: threadId } = (await response.json()) as { id: string; thread_id: string };
  return `/v1/threads/${threadId}/runs/${id}`;
}

interface Frame {
  id: number | null;
  event: string;
  data: string;
}

async function readFrames(response: Response): Promise<Frame[]> {
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  return toFrames(await response.text());
}

function toFrames(text: string): Frame[] {
  expect(text.endsWith('\n\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      const match = /^(?:id: (\d+)\n)?event: (.+)\ndata: (.+)$/.exec(frame);
      const [, id, event = '', data = ''] = match ?? expect.unreachable(`No frame: ${frame}`);
      return { id: id === undefined ? null : Number(id), event, data };
    });
}

const names = (frames: readonly Frame[]): string[] => frames.map(({ event }) => event);

describe('the events of a run', () => {
  it('are all there once it has ended, each with its number but the done', async () => {
    const frames = await readFrames(await get(`${ended}/events`));
    const withoutDeltas = names(frames).filter((name) => name !== 'thread.message.delta');
    expect(withoutDeltas).toEqual([
      'thread.created',
      'thread.run.created',
      'thread.run.queued',
      'thread.run.in_progress',
      'thread.run.step.created',
      'thread.run.step.in_progress',
      'thread.message.created',
      'thread.message.in_progress',
      'thread.message.completed',
      'thread.run.step.completed',
      'thread.run.completed',
      'done',
    ]);
    expect(frames.map(({ id }) => id)).toEqual(
      [...frames.keys()].map((key) => (key < frames.length - 1 ? key + 1 : null)),
    );
    expect(frames.at(-1)?.data).toBe('[DONE]');
  });

  it('are the same over a socket', async () => {
    const fetched = await fetch(`${app.origin}${ended}/events`);
    expect(await readFrames(fetched)).toEqual(await readFrames(await get(`${ended}/events`)));
  });

  it.each([
    ['the query', '?after=5', {}],
    ['the header', '', { 'last-event-id': '5' }],
    ['the header before the query', '?after=2', { 'last-event-id': '5' }],
  ])('begin after the number that %s names', async (_, query, headers: Record<string, string>) => {
    const all = await readFrames(await get(`${ended}/events`));
    expect(await readFrames(await get(`${ended}/events${query}`, headers))).toEqual(all.slice(5));
  });

  it.each(['?after=0', '?'])('are all there with %s', async (query) => {
    const all = await readFrames(await get(`${ended}/events`));
    expect(await readFrames(await get(`${ended}/events${query}`))).toEqual(all);
  });

  it('end with one done, how ever many are asked for', async () => {
    const all = await readFrames(await get(`${ended}/events`));
    for (const after of [all.length - 2, all.length - 1]) {
      const frames = await readFrames(await get(`${ended}/events?after=${after}`));
      expect(names(frames)).toEqual(['thread.run.completed', 'done'].slice(after - all.length));
    }
    const beyond = await readFrames(await get(`${ended}/events?after=${all.length + 100}`));
    expect(names(beyond)).toEqual(['thread.run.completed', 'done']);
  });

  it('come as they happen, to several at once', async () => {
    const path = await beginRun('slowly');
    const readers = await Promise.all([get(`${path}/events`), get(`${path}/events?after=3`)]);
    await post(`${path}/cancel`, {});
    const [all, rest] = await Promise.all(readers.map(readFrames));
    expect(names(all ?? []).slice(-3)).toEqual(['thread.run.cancelling', 'thread.run.cancelled', 'done']);
    expect(rest).toEqual(all?.slice(3));
  });

  it('may be left by their reader', async () => {
    const path = await beginRun('hi again');
    const reader = request(`${app.origin}${path}/events`).end();
    const [response] = (await once(reader, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'data');
    reader.destroy();
    expect(names(await readFrames(await get(`${path}/events`))).at(-2)).toBe('thread.run.completed');
  });
});

describe('a request for events is refused', () => {
  it.each([
    ['?after=x', {}],
    ['?after=-1', {}],
    ['?after=1.5', {}],
    ['', { 'last-event-id': 'x' }],
    ['', { 'last-event-id': '-1' }],
  ])('with %j and %o', async (query, headers: Record<string, string>) => {
    const response = await get(`${ended}/events${query}`, headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(error).toEqual({
      message: expect.stringContaining("'after'") as string,
      type: 'invalid_request_error',
      param: 'after',
      code: expect.anything() as string,
    });
  });

  it('for a run that there is not', async () => {
    const [threadPath] = ended.split('/runs/');
    const response = await get(`${threadPath}/runs/run_unknown/events`);
    expect([response.status, await response.json()]).toEqual([
      404,
      {
        error: {
          message: "No run found with id 'run_unknown'.",
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ]);
    expect((await get('/v1/threads/thread_unknown/runs/run_unknown/events')).status).toBe(404);
    expect((await get('/v1/threads/undefined/runs/run_1/events')).status).toBe(400);
  });

  it('with another method', async () => {
    const response = await post(`${ended}/events`, {});
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
