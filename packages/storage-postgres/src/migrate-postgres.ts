import { migrate } from './database/migrate.ts';
import { type DatabaseOptions, DEFAULT_SCHEMA, endPool, openPool } from './database/pool.ts';
import { toStorageError } from './database/postgres-error.ts';
import { Sockets } from './database/sockets.ts';

/**
 * Brings the schema up to date, as {@link openPostgresStorage} does by default: for those who deploy the two apart. Any number
 * of processes may do it at once.
 *
 * @returns The names of the migrations that were applied, in their order; none when the schema was up to date.
 * @throws `StorageError` `unavailable` when the database cannot be reached, `schema_mismatch` when a later version has made
 * the schema.
 */
export async function migratePostgres(options: DatabaseOptions): Promise<string[]> {
  const sockets = new Sockets();
  const pool = openPool({ ...options, maxConnections: 1, queryTimeoutMs: 0 }, sockets);
  try {
    return await migrate({ pool, schema: options.schema ?? DEFAULT_SCHEMA });
  } catch (error) {
    throw toStorageError(error);
  } finally {
    if (!options.pool) await endPool(pool, sockets);
  }
}
