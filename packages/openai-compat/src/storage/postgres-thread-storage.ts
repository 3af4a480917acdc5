import type { Storage } from '@cogitator-ai/openai-storage';
import { FullThreadStorage } from './full-thread-storage.ts';
import { requirePackage } from './require-package.ts';

export interface PostgresThreadStorageConfig {
  /** Such as `postgresql://user:pass@localhost:5432/db`. */
  connectionString: string;
  /** Default `public`. Without a dot. */
  schema?: string;
  /** Default `openai_compat_data`. Without a dot. */
  tableName?: string;
}

/**
 * Everything in PostgreSQL 13 or later. Needs the package `pg`.
 *
 * There is a table for each kind of object, so `tableName` names the PostgreSQL schema in which they lie; a `schema` other than
 * `public` is put before it, with a dot: `openai_compat_data`, `"tenant.openai_compat_data"`. It is made unless it is there.
 */
export class PostgresThreadStorage extends FullThreadStorage {
  readonly name = 'postgres';
  readonly #config: PostgresThreadStorageConfig;

  /** @throws `Error` when `pg` is not installed, `TypeError` for a name with a dot. */
  constructor(config: PostgresThreadStorageConfig) {
    super();
    requirePackage('pg', 'PostgresThreadStorage');
    for (const name of [config.schema, config.tableName]) {
      if (name?.includes('.')) throw new TypeError(`'${name}' has a dot: name the schema and the table apart.`);
    }
    this.#config = config;
  }

  protected async open(): Promise<Storage> {
    const { connectionString: url, schema = 'public', tableName = 'openai_compat_data' } = this.#config;
    const { openPostgresStorage } = await import('@cogitator-ai/openai-storage-postgres');
    return openPostgresStorage({ url, schema: schema === 'public' ? tableName : `${schema}.${tableName}` });
  }
}
