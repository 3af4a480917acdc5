import type { Storage } from '@cogitator-ai/openai-storage';
import { FullThreadStorage } from './full-thread-storage.ts';
import { requirePackage } from './require-package.ts';

export interface RedisThreadStorageConfig {
  /** Such as `redis://user:pass@localhost:6379/0`. What it says wins over host, port, password and db. */
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
    const server =
      url === undefined
        ? { clientOptions: { host, port, db, ...(password !== undefined && { password }) } }
        : { url: completed(url, this.#config) };
    return openRedisStorage({
      ...server,
      keyPrefix,
      ...(ttl > 0 && { ttlMs: ttl * 1000 }),
    });
  }
}

/** A URL with what it does not say. One that is none is left to be refused. */
function completed(text: string, { password, db }: RedisThreadStorageConfig): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (password !== undefined && url.password === '') url.password = encodeURIComponent(password);
  if (db !== undefined && url.pathname.length <= 1) url.pathname = `/${db}`;
  return url.href;
}
