export type { DatabaseOptions, PoolLimits } from './database/pool.ts';
export { migratePostgres } from './migrate-postgres.ts';
export { openPostgresStorage, type PostgresStorageOptions } from './postgres-storage.ts';
