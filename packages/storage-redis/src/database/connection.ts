import { setImmediate as turn } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { StorageError } from '@cogitator-ai/openai-storage';
import { endClient } from './end-client.ts';
import type { TimeLimits } from './open-client.ts';
import { isNotSent, isUnknownScript, toStorageError } from './redis-error.ts';
import type { Script } from './scripts.ts';

export type Argument = string | number | Buffer;

/** The servers of one storage, and the client that sends commands to them. */
export class Connection {
  readonly client: Redis | Cluster;
  readonly #limits: Required<TimeLimits>;
  readonly #underway = new Set<Promise<unknown>>();
  #ready: Promise<void> | null = null;
  #stopWaiting = (): void => {};
  #lastError: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor(client: Redis | Cluster, limits: Required<TimeLimits>) {
    this.client = client;
    this.#limits = limits;
    // What breaks is told by the commands that it breaks.
    client.on('error', (error: Error) => (this.#lastError = error));
  }

  /** @throws {@link StorageError} `unavailable` when the first attempt fails. */
  async open(): Promise<void> {
    const { connectTimeoutMs } = this.#limits;
    try {
      await within(connectTimeoutMs, this.client.connect());
    } catch (error) {
      // The client tells only that the connection was closed.
      throw toStorageError(this.#lastError ?? error);
    }
  }

  /** @throws {@link StorageError} `closed`. */
  assertOpen(): void {
    if (this.#closing) throw closed();
  }

  /** Sends one command. */
  async command(name: string, args: readonly Argument[]): Promise<unknown> {
    return this.#send(() => this.client.call(name, args as Argument[]));
  }

  /** Sends one command that is answered with bytes. */
  async bytes(name: string, args: readonly Argument[]): Promise<Buffer | null> {
    return (await this.#send(() => this.client.callBuffer(name, args as Argument[]))) as Buffer | null;
  }

  /** Runs a script, which the server keeps. All keys have to lie in one slot. */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#send(async () => {
      try {
        return await this.client.call('evalsha', [script.sha1, keys.length, ...keys, ...args]);
      } catch (error) {
        // Nothing was done: the server is new, or was told to forget.
        if (!isUnknownScript(error)) throw error;
        return this.client.call('eval', [script.text, keys.length, ...keys, ...args]);
      }
    });
  }

  /** Lets what is under way end, and then the client. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    this.#stopWaiting();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underway);
    await endClient(this.client);
  }

  async #send(send: () => Promise<unknown>): Promise<unknown> {
    this.assertOpen();
    const call = this.#whenReady(send);
    this.#underway.add(call);
    try {
      return await call;
    } catch (error) {
      throw toStorageError(error);
    } finally {
      this.#underway.delete(call);
    }
  }

  async #whenReady(send: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      while (this.client.status !== 'ready') {
        this.#ready ??= this.#waitUntilReady().finally(() => (this.#ready = null));
        await this.#ready;
      }
      try {
        return await within(this.#limits.commandTimeoutMs, send());
      } catch (error) {
        if (!isNotSent(error)) throw error;
        // The client learns in the next turn that its connection is lost.
        await turn();
      }
    }
  }

  async #waitUntilReady(): Promise<void> {
    const { client } = this;
    let onReady = (): void => {};
    try {
      const ready = new Promise<void>((resolve, reject) => {
        client.once('ready', (onReady = resolve));
        this.#stopWaiting = () => reject(closed());
      });
      await within(this.#limits.connectTimeoutMs, ready);
    } catch (error) {
      throw toStorageError(StorageError.isInstance(error) ? error : (this.#lastError ?? error));
    } finally {
      client.off('ready', onReady);
    }
  }
}

function closed(): StorageError {
  return new StorageError('closed', 'The storage is closed.');
}

/** What the promise comes to, or a rejection when that takes longer. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
