import { inspect } from 'node:util';
import { InMemoryThreadStorage } from './in-memory-thread-storage.ts';
import { PostgresThreadStorage, type PostgresThreadStorageConfig } from './postgres-thread-storage.ts';
import { RedisThreadStorage, type RedisThreadStorageConfig } from './redis-thread-storage.ts';

/** Which storage, and its options. */
export type ThreadStorageConfig =
  | { type?: 'memory' }
  | ({ type: 'redis' } & RedisThreadStorageConfig)
  | ({ type: 'postgres' } & PostgresThreadStorageConfig);

export function createThreadStorage(config?: { type?: 'memory' }): InMemoryThreadStorage;
export function createThreadStorage(config: { type: 'redis' } & RedisThreadStorageConfig): RedisThreadStorage;
export function createThreadStorage(config: { type: 'postgres' } & PostgresThreadStorageConfig): PostgresThreadStorage;
export function createThreadStorage(
  config?: ThreadStorageConfig,
): InMemoryThreadStorage | RedisThreadStorage | PostgresThreadStorage;
/** @throws `Error` when the package that the storage needs is not installed, `TypeError` for a type that there is not. */
export function createThreadStorage(
  config: ThreadStorageConfig = {},
): InMemoryThreadStorage | RedisThreadStorage | PostgresThreadStorage {
  if (typeof config !== 'object' || config === null) {
    // Of a URL only the scheme: it may hold a password.
    const got = typeof config === 'string' ? (config as string).replace(/:.*/s, ':…') : config;
    throw new TypeError(`createThreadStorage takes { type: 'redis', url }, got ${inspect(got)}.`);
  }
  switch (config.type) {
    case undefined:
    case 'memory':
      return new InMemoryThreadStorage();
    case 'redis':
      return new RedisThreadStorage(config);
    case 'postgres':
      return new PostgresThreadStorage(config);
    default:
      throw new TypeError(
        `There is no storage of the type ${inspect((config as { type: unknown }).type)}: it is 'memory', 'redis' or 'postgres'. ` +
          'For SQLite there is openSqliteStorage of @cogitator-ai/openai-storage-sqlite.',
      );
  }
}
