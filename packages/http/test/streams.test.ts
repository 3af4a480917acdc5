import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedApp, startApp } from './start-app.ts';

let app: StartedApp;
let assistantId: string;

beforeAll(async () => {
  app = await startApp({ heartbeatMs: 50 });
  const { value } = await app.engine.assistants.create({ model: 'demo' });
  assistantId = value.id;
});
afterAll(() => app.close());

const body = (content: string): string =>
  JSON.stringify({ assistant_id: assistantId, stream: true, thread: { messages: [{ role: 'user', content }] } });

/** Sends a request over a bare socket, so that nothing between hides when bytes come and when the connection ends. */
function send(payload: string): Socket {
  const socket = connect(Number(new URL(app.origin).port), '127.0.0.1');
  socket.write(
    `POST /v1/threads/runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(payload)}\r\n\r\n${payload}`,
  );
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
  return text;
}

const names = (text: string): string[] => [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name ?? '');

describe('a stream', () => {
  it('is framed as the clients expect, and ends its connection', async () => {
    const text = await readAll(send(body('hi')));
    const [head = '', ...rest] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain('content-type: text/event-stream; charset=utf-8');
    expect(head).toMatch(/transfer-encoding: chunked/i);
    expect(head).toMatch(/x-request-id: req_[0-9a-f]{32}/);
    // Chunk sizes stand between the events.
    const events = rest.join('\r\n\r\n').replaceAll(/^[0-9a-f]+\r\n|\r\n(?=[0-9a-f]+\r\n)/gm, '');
    expect(names(events).slice(0, 4)).toEqual([
      'thread.created',
      'thread.run.created',
      'thread.run.queued',
      'thread.run.in_progress',
    ]);
    expect(text).toContain('event: done\ndata: [DONE]\n\n');
  });

  it('sends comments while the model is silent', async () => {
    const socket = send(body('slowly'));
    let text = '';
    while (!text.includes('\n\n: ping\n\n') && !text.includes('[DONE]')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      text += chunk.toString().replaceAll(/^[0-9a-f]+\r\n|\r\n$/g, '');
    }
    socket.destroy();
    expect(text).toContain('\n: ping\n\n');
    expect(text).not.toContain('[DONE]');
  });

  it('is refused as plain JSON while it has not begun', async () => {
    const response = await fetch(`${app.origin}/v1/threads/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ assistant_id: 'asst_unknown', stream: true }),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
  });

  it('may be left: the run goes on to its end', async () => {
    const socket = send(body('hi'));
    const [first] = (await once(socket, 'data')) as [Buffer];
    const threadId = /"thread_id":"(thread_\w+)"/.exec(first.toString())?.[1] ?? '';
    socket.destroy();
    const list = { limit: 1, order: 'desc', after: undefined, before: undefined } as const;
    let status: string | undefined;
    for (let tries = 0; tries < 200 && status !== 'completed'; tries++) {
      await sleep(50);
      status = (await app.engine.runs.list(threadId, list)).value.data[0]?.status;
    }
    expect(status).toBe('completed');
  });

  it('works without Node underneath', async () => {
    const response = await app.app.request('/v1/threads/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body('hi'),
    });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(names(text).at(-1)).toBe('done');
    expect(text.endsWith('event: done\ndata: [DONE]\n\n')).toBe(true);
  });
});
