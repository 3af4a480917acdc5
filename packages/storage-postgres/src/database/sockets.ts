import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long the other side may take to answer a goodbye, in ms. */
const GOODBYE_MS = 2000;

/** What connections go over. A network that has fallen silent never answers their goodbye, so this sees to their end. */
export class Sockets {
  readonly #open = new Set<Duplex>();

  /** The option `stream` of connections to be watched, given the one they had. */
  watch(create?: () => Duplex | undefined): () => Duplex {
    return () => {
      const socket = create?.() ?? new Socket();
      this.#open.add(socket);
      return socket.once('close', () => this.#open.delete(socket));
    };
  }

  /** Resolves when all are closed, which they have been told to: after a while at the latest. */
  async closed(): Promise<void> {
    const cut = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, GOODBYE_MS);
    await Promise.all(Array.from(this.#open, (socket) => new Promise((resolve) => socket.once('close', resolve))));
    clearTimeout(cut);
  }
}
