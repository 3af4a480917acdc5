import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrate.ts';

/** Longest wait for another process while the database is opened, in ms. */
const OPEN_TIMEOUT_MS = 10_000;
/** What remains of the file of recent writes once they are in the database, in bytes; a long read lets it grow. */
const WAL_BYTES = 64 * 2 ** 20;

export interface DatabaseOptions {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
}

/** Opens the database in a folder that is there, makes it if need be, and brings its tables up to date. */
export function openDatabase({ path, synchronous }: DatabaseOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: OPEN_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    migrate(database);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}`);
    database.exec(`PRAGMA synchronous = ${synchronous}`);
    // From here on nobody is waited for while the event loop stands still: writes are tried again instead.
    database.exec('PRAGMA busy_timeout = 0');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
