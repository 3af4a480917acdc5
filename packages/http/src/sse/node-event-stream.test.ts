import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toFrame } from './event-stream.ts';
import { NodeEventStream } from './node-event-stream.ts';

let response: ServerResponse;
let client: IncomingMessage;
let stream: NodeEventStream;
let close: () => void;

beforeEach(async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const answered = once(request, 'response');
  stream = new NodeEventStream(response, { 'content-type': 'text/event-stream' }, toFrame, 500);
  stream.ping();
  [client] = (await answered) as [IncomingMessage];
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => close());

const event = (data: string) => ({ event: 'thread.message.delta', data });
const large = event('x'.repeat(64 * 1024));

describe('NodeEventStream', () => {
  it('joins what is written in one tick, and ends after it', async () => {
    const chunks: string[] = [];
    client.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    stream.write([event('1'), event('2')]);
    stream.write([event('3')]);
    stream.end();
    await once(client, 'end');
    expect(chunks.join('')).toBe(
      `: ping\n\n${[1, 2, 3].map((data) => `event: thread.message.delta\ndata: ${data}\n\n`).join('')}`,
    );
    expect(chunks.at(-1)).toContain('data: 1\n\nevent: thread.message.delta\ndata: 2\n\nevent');
  });

  it('gives a client up that reads nothing', async () => {
    client.pause();
    while (stream.write([large])) await new Promise(setImmediate);
    await stream.drained();
    expect(response.destroyed).toBe(true);
  });

  it('says when its client does not keep up, and when it does again', async () => {
    client.pause();
    let writes = 0;
    while (stream.write([large]) && writes < 1000) {
      writes++;
      await new Promise(setImmediate);
    }
    // The sockets' own buffers take some megabytes; far less than was offered.
    expect(writes).toBeLessThan(1000);
    expect(response.writableLength).toBeLessThan(1024 * 1024);

    let drained = false;
    const waiting = stream.drained().then(() => (drained = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(drained).toBe(false);
    client.resume();
    await waiting;
    expect(stream.write([event('on')])).toBe(true);
  });

  it('does not wait for a client that is gone', async () => {
    client.pause();
    while (stream.write([large])) await new Promise(setImmediate);
    client.destroy();
    await stream.drained();
    stream.write([large]);
    stream.end();
    await new Promise(setImmediate);
    expect(response.destroyed).toBe(true);
  });
});
