import { Pool } from 'pg';
import { StorageError } from '@cogitator-ai/openai-storage';
import { toStorageError } from './postgres-error.ts';
import type { Sockets } from './sockets.ts';

/** Where the database is. */
export interface DatabaseOptions {
  /** Such as `postgres://user:password@host:5432/database`. Either this or a pool. */
  url?: string;
  /** A pool of your own; it is left open. */
  pool?: Pool;
  /** Schema for the tables; made if need be. At most 49 bytes. Default `openai`. */
  schema?: string;
}

/** What holds for a pool made from a URL. */
export interface PoolLimits {
  /** Most connections, besides the one that listens. Default 10. */
  maxConnections?: number;
  /** How long a call waits for a connection, new or free, in ms. Default 10,000. */
  connectTimeoutMs?: number;
  /** How long a call waits for the answer to one statement, in ms. Default 30,000. */
  queryTimeoutMs?: number;
}

export const DEFAULT_SCHEMA = 'openai';

/** PostgreSQL shortens names to 63 bytes; this leaves room for what begins the channel's. */
const MAX_SCHEMA_BYTES = 49;

/** The channel on which the storages of a schema tell one another of events. */
export function channelOf(schema: string): string {
  return `openai_events_${schema}`;
}

/**
 * The caller's pool, or one of our own.
 *
 * @param sockets - Those of a pool of our own.
 * @throws `StorageError` `invalid_request` when the name of the schema is too long.
 */
export function openPool(
  { url, pool, schema = DEFAULT_SCHEMA, ...limits }: DatabaseOptions & PoolLimits,
  sockets: Sockets,
): Pool {
  if (Buffer.byteLength(schema) > MAX_SCHEMA_BYTES) {
    throw new StorageError('invalid_request', `The name of a schema has at most ${MAX_SCHEMA_BYTES} bytes.`);
  }
  if (pool) return pool;
  try {
    const own = new Pool({
      connectionString: url,
      max: limits.maxConnections ?? 10,
      connectionTimeoutMillis: limits.connectTimeoutMs ?? 10_000,
      query_timeout: limits.queryTimeoutMs ?? 30_000,
      keepAlive: true,
      stream: sockets.watch(),
    });
    // A connection that breaks while nobody uses it is replaced by the pool.
    return own.on('error', () => {});
  } catch (error) {
    throw toStorageError(error);
  }
}

/** Ends a pool of our own. */
export async function endPool(pool: Pool, sockets: Sockets): Promise<void> {
  await pool.end();
  await sockets.closed();
}
