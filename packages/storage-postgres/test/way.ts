import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { url } from './database.ts';

/** A way to the real server, on which things go wrong. */
export interface Way {
  readonly url: string;
  /** Breaks the next connection on which a statement with this text was sent, before its answer arrives. */
  loseAnswerTo(text: string): void;
  /** Swallows everything from now on and tells nobody, also of ends. */
  silence(): void;
  close(): void;
}

export async function startWay(): Promise<Way> {
  const way = new URL(url);
  const [port, host] = [Number(way.port), way.hostname];
  let lost: string | null = null;
  let isSilent = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host, allowHalfOpen: true });
    let isDoomed = false;
    client.on('data', (data) => {
      if (lost !== null && data.includes(lost)) {
        isDoomed = true;
        lost = null;
      }
      if (!isSilent) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isDoomed) client.destroy();
      else if (!isSilent) client.write(data);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {});
      from.on('end', () => !isSilent && to.end());
      from.on('close', () => !isSilent && to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  way.hostname = '127.0.0.1';
  way.port = String((server.address() as AddressInfo).port);
  return {
    url: way.href,
    loseAnswerTo: (text) => (lost = text),
    silence: () => (isSilent = true),
    close: () => server.close(),
  };
}
