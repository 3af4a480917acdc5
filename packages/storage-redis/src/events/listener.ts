import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { endClient } from '../database/end-client.ts';
import { toStorageError } from '../database/redis-error.ts';

/** Pauses between attempts to connect again, in ms: from the first to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
/** How often a sign of life is asked for, in ms; the connection is given up when there is none. */
const PING_MS = 15_000;

export interface ListenerOptions {
  /** A client that is not connected yet, or `null` when no server is known. */
  readonly openClient: () => Redis | null;
  /** Called when messages may have been missed. */
  readonly onReconnect: () => void;
}

interface Channel {
  readonly onMessage: (message: string) => void;
  listeners: number;
}

/** The one connection that hears what is published. It is opened when it is first needed, and again when it breaks. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closed = new AbortController();
  readonly #channels = new Map<string, Channel>();
  #ready: Promise<void> | null = null;
  #reconnecting: Promise<void> | null = null;
  #client: Redis | null = null;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the channel is heard, or will be told of as missed.
   *
   * @param onMessage - The same for all who listen to the channel, called once for each message.
   * @throws What the first attempt to connect fails with.
   */
  async listen(name: string, onMessage: (message: string) => void): Promise<void> {
    const channel = this.#channels.get(name) ?? { onMessage, listeners: 0 };
    this.#channels.set(name, channel);
    channel.listeners++;
    try {
      if (!this.#ready) {
        this.#ready = this.#connect();
        // The next caller tries again.
        this.#ready.catch(() => (this.#ready = null));
      }
      await this.#ready;
    } catch (error) {
      this.unlisten(name);
      throw toStorageError(error);
    }
    // When that fails the connection is lost, and made anew with all channels.
    await this.#client?.subscribe(name).catch(() => {});
  }

  unlisten(name: string): void {
    const channel = this.#channels.get(name);
    if (!channel || --channel.listeners > 0) return;
    this.#channels.delete(name);
    this.#client?.unsubscribe(name).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#ready?.catch(() => {});
    await this.#reconnecting;
    if (this.#client) await endClient(this.#client);
  }

  async #connect(): Promise<void> {
    const client = this.#options.openClient();
    if (!client) throw new Error('No server is known.');
    let lastError: Error | null = null;
    client.on('error', (error: Error) => (lastError = error));
    client.on('message', (name, message) => this.#channels.get(name)?.onMessage(message));
    try {
      await client.connect();
      // From now on whoever listens to another channel says so to this connection.
      this.#client = client;
      if (this.#channels.size > 0) await client.subscribe(...this.#channels.keys());
      if (client.status !== 'ready') throw new Error('The connection was closed.');
    } catch (error) {
      this.#client = null;
      await endClient(client);
      throw lastError ?? error;
    }
    const pinging = setInterval(() => void client.ping().catch(() => client.disconnect()), PING_MS).unref();
    client.once('end', () => {
      clearInterval(pinging);
      this.#client = null;
      if (!this.#closed.signal.aborted) this.#reconnecting = this.#reconnect();
    });
  }

  async #reconnect(): Promise<void> {
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !this.#closed.signal.aborted;
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    ) {
      try {
        await this.#connect();
        this.#options.onReconnect();
        return;
      } catch {
        await sleep(pauseMs, undefined, { signal: this.#closed.signal, ref: false }).catch(() => {});
      }
    }
  }
}
