import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { escapeIdentifier } from 'pg';
import { StorageError } from '@cogitator-ai/openai-storage';
import { acquire, release } from './checkout.ts';
import { isContention, refusalOf, toStorageError } from './postgres-error.ts';

/** Attempts at what other transactions got in the way of. */
const MAX_ATTEMPTS = 10;

/** The database of one storage: a pool and a schema. */
export class Connection {
  readonly schema: string;
  readonly #pool: Pool;
  readonly #endPool: (() => Promise<void>) | null;
  readonly #underway = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  /** @param endPool - `null` when the pool is somebody else's. */
  constructor(pool: Pool, schema: string, endPool: (() => Promise<void>) | null) {
    this.#pool = pool;
    this.#endPool = endPool;
    this.schema = escapeIdentifier(schema);
  }

  /** @throws {@link StorageError} `closed`. */
  assertOpen(): void {
    if (this.#closing) throw new StorageError('closed', 'The storage is closed.');
  }

  /** Runs one statement, prepared once for each connection when it has a name. */
  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[], name?: string): Promise<Row[]> {
    const config = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    return this.#withClient(async (client) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return (await client.query<Row>(config)).rows;
        } catch (error) {
          if (!isContention(error) || attempt === MAX_ATTEMPTS) throw error;
        }
      }
    });
  }

  /** Runs statements in one transaction that sees the database as it is at one moment. */
  async snapshot<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    });
  }

  /** Lets what is under way end, and then the pool if it is ours. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underway);
    await this.#endPool?.();
  }

  /** A refused statement leaves the connection as it was; after any other failure it is not used again. */
  async #withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    this.assertOpen();
    const call = (async () => {
      const client = await acquire(this.#pool);
      let failure: unknown;
      try {
        return await work(client);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        release(client, failure !== undefined && !refusalOf(failure));
      }
    })();
    this.#underway.add(call);
    try {
      return await call;
    } catch (error) {
      throw refusalOf(error) ? error : toStorageError(error);
    } finally {
      this.#underway.delete(call);
    }
  }
}
