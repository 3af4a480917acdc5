import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine that can fall silent. */
export interface SilentWay {
  /** The URL of the server, with the way through here. */
  readonly url: string;
  /** Breaks all connections; new ones are taken and never answered, also once they would be. */
  fallSilent(): void;
  /** Lets new connections through again. */
  recover(): void;
  close(): Promise<void>;
}

export async function openSilentWay(url: string): Promise<SilentWay> {
  const through = new URL(url);
  const port = Number(through.port);
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    sockets.add(client.on('error', () => {}));
    if (isSilent) return;
    const target = connect(port, '127.0.0.1').on('error', () => {});
    client.pipe(target).pipe(client);
    client.once('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    fallSilent() {
      isSilent = true;
      for (const socket of sockets) socket.destroy();
    },
    recover: () => void (isSilent = false),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
