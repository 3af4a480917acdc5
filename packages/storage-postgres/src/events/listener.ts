import { Client, type ClientConfig, escapeIdentifier } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sockets } from '../database/sockets.ts';

/** Pauses between attempts to connect again, in ms: from the first to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
/** How often a sign of life is asked for, in ms; the connection is given up when none comes in that time. */
const PING_MS = 10_000;

export interface ListenerOptions {
  readonly config: ClientConfig;
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  /** Called when notices may have been missed. */
  readonly onReconnect: () => void;
}

/** The one connection that hears what other processes write. It is opened when it is first needed, and again when it breaks. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closed = new AbortController();
  readonly #sockets = new Sockets();
  #ready: Promise<void> | null = null;
  #reconnecting: Promise<void> | null = null;
  #client: Client | null = null;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when notices are heard, or will be told of as missed.
   *
   * @throws What the first attempt to connect fails with.
   */
  listening(): Promise<void> {
    if (!this.#ready) {
      this.#ready = this.#connect();
      // The next caller tries again.
      this.#ready.catch(() => (this.#ready = null));
    }
    return this.#ready;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const closed = this.#sockets.closed();
    await this.#ready?.catch(() => {});
    await this.#reconnecting;
    await this.#client?.end().catch(() => {});
    await closed;
  }

  async #connect(): Promise<void> {
    const { config, channel, onNotice } = this.#options;
    const client = new Client({
      connectionTimeoutMillis: PING_MS,
      ...config,
      query_timeout: PING_MS,
      stream: this.#sockets.watch(config.stream),
    });
    let isLost = false;
    let pinging: NodeJS.Timeout | undefined;
    const lose = (): void => {
      clearInterval(pinging);
      if (isLost || this.#closed.signal.aborted) return;
      isLost = true;
      client.end().catch(() => {});
      this.#reconnecting = this.#reconnect();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ payload }) => onNotice(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${escapeIdentifier(channel)}`);
    } catch (error) {
      isLost = true;
      client.end().catch(() => {});
      throw error;
    }
    // A network that has forgotten the connection tells nobody.
    pinging = setInterval(() => void client.query('SELECT 1').catch(lose), PING_MS).unref();
    this.#client = client;
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
