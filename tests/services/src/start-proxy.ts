import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to a server on this machine, on which things go wrong. */
export interface Proxy {
  /** The URL of the server, with the way through here. */
  readonly url: string;
  /** How long everything is under way, in each direction, in ms. Default 0. */
  delayMs: number;
  /** Resets all connections. */
  readonly reset: () => void;
  /**
   * Swallows what is sent, without telling anybody, as a firewall does that has forgotten about a connection.
   *
   * @returns Lets new connections through again. The present ones stay silent.
   */
  swallow(): () => void;
  close(): Promise<void>;
}

/** @param url - A server on this machine. */
export async function startProxy(url: string): Promise<Proxy> {
  const through = new URL(url);
  const targetPort = Number(through.port);
  const lines = new Set<Line>();
  let isSilent = false;
  let delayMs = 0;

  const server = createServer((client) => {
    const line = { ends: [client, connect(targetPort, '127.0.0.1')] as const, isSilent };
    lines.add(line);
    for (const [from, to] of [line.ends, line.ends.toReversed() as [Socket, Socket]]) {
      let passedOn = Promise.resolve();
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        const arrival = performance.now() + delayMs;
        passedOn = passedOn.then(async () => {
          const waitMs = arrival - performance.now();
          if (waitMs > 0) await sleep(waitMs);
          if (!line.isSilent) to.write(chunk);
        });
      });
      from.on('error', () => {});
      from.on('close', () => {
        if (!line.isSilent) to.destroy();
        if (line.ends.every((end) => end.destroyed)) lines.delete(line);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  through.port = String((server.address() as AddressInfo).port);

  return {
    url: through.href,
    get delayMs() {
      return delayMs;
    },
    set delayMs(ms) {
      delayMs = ms;
    },
    reset: () => {
      for (const { ends } of lines) for (const end of ends) end.resetAndDestroy();
    },
    swallow() {
      isSilent = true;
      for (const line of lines) line.isSilent = true;
      return () => (isSilent = false);
    },
    async close() {
      server.close();
      for (const { ends } of lines) for (const end of ends) end.destroy();
      await once(server, 'close');
    },
  };
}

/** A connection, from both of its ends. */
interface Line {
  readonly ends: readonly [Socket, Socket];
  isSilent: boolean;
}
