import type { Storage } from '@cogitator-ai/openai-storage';
import { FullThreadStorage } from './full-thread-storage.ts';
import { requirePackage } from './require-package.ts';

export interface RedisThreadStorageConfig {
  /** Such as `redis://user:pass@localhost:6379/0`. Wins over host and port. */
  url?: string;
  /** Default `localhost`. */
  host?: string;
  /** Default 6379. */
  port?: number;
  /** Default none. */
  password?: string;
  /** Number of the database. Default 0. */
  db?: number;
  /** What all keys begin with. Default `cogitator:openai:`. */
  keyPrefix?: string;
  /**
   * How long a thread is kept that nobody writes, in seconds; 0 for ever. Default 86,400, a day. Assistants and files do not
   * expire.
   */
  ttl?: number;
}

/** Everything in Redis 6.2 or later. Needs the package `ioredis`. */
export class RedisThreadStorage extends FullThreadStorage {
  readonly name = 'redis';
  readonly #config: RedisThreadStorageConfig;

  /** @throws `Error` when `ioredis` is not installed. */
  constructor(config: RedisThreadStorageConfig = {}) {
    super();
    requirePackage('ioredis', 'RedisThreadStorage');
    this.#config = config;
  }

  protected async open(): Promise<Storage> {
    const { url, host = 'localhost', port = 6379, password, db = 0, ttl = 86_400 } = this.#config;
    const { keyPrefix = 'cogitator:openai:' } = this.#config;
    const { openRedisStorage } = await import('@cogitator-ai/openai-storage-redis');
    return openRedisStorage({
      ...(url === undefined
        ? { clientOptions: { host, port, db, ...(password !== undefined && { password }) } }
        : { url }),
      keyPrefix,
      ...(ttl > 0 && { ttlMs: ttl * 1000 }),
    });
  }
}
