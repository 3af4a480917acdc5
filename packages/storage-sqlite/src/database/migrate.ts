import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '@cogitator-ai/openai-storage';

const FOLDER = new URL('../../migrations/', import.meta.url);

/**
 * Applies the migrations a database has not seen, in the order of their numbers; `user_version` is the last one. Several
 * processes may try at once.
 *
 * @throws `StorageError` `schema_mismatch` for a database that a later version has made.
 */
export function migrate(database: DatabaseSync): void {
  const migrations = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  if (versionOf(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    if (version > migrations.length) {
      throw new StorageError('schema_mismatch', 'The database was made by a later version of this package.');
    }
    for (const name of migrations.slice(version)) database.exec(readFileSync(new URL(name, FOLDER), 'utf8'));
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return database.prepare('PRAGMA user_version').get()?.['user_version'] as number;
}
