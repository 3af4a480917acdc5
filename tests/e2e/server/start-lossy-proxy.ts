import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on which answers get lost. */
export interface LossyProxy {
  readonly origin: string;
  /** Answers that got lost so far. */
  readonly lost: number;
  /** Breaks the connection in place of passing on the next answer. */
  loseNext(): void;
  close(): Promise<void>;
}

/** Passes bytes to a server on this machine and back. */
export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let armed = false;
  let lost = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    const hangUp = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', hangUp).once('close', () => {
        sockets.delete(socket);
        hangUp();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (!armed) return void client.write(chunk);
      armed = false;
      lost++;
      hangUp();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get lost() {
      return lost;
    },
    loseNext() {
      armed = true;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
