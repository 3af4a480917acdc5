import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '@cogitator-ai/openai-storage';

/** What SQLite calls the application id: tells our databases from others, which have a `user_version` as well. */
const APPLICATION_ID = 0x6f616973;

const FOLDER = new URL('../../migrations/', import.meta.url);

/**
 * Applies the migrations a database has not seen, in the order of their numbers; `user_version` is the last one. Several
 * processes may try at once.
 *
 * @throws `StorageError` `schema_mismatch` for a database that a later version, or something else, has made.
 */
export function migrate(database: DatabaseSync): void {
  const migrations = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  if (isOurs(database) && versionOf(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    if (!isOurs(database) && !isEmpty(database)) {
      throw new StorageError('schema_mismatch', 'The file is a database of something else.');
    }
    const version = versionOf(database);
    if (version > migrations.length) {
      throw new StorageError('schema_mismatch', 'The database was made by a later version of this package.');
    }
    for (const name of migrations.slice(version)) database.exec(readFileSync(new URL(name, FOLDER), 'utf8'));
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function isOurs(database: DatabaseSync): boolean {
  return database.prepare('PRAGMA application_id').get()?.['application_id'] === APPLICATION_ID;
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
}

function versionOf(database: DatabaseSync): number {
  return database.prepare('PRAGMA user_version').get()?.['user_version'] as number;
}
