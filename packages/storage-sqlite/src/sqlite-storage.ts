import { dirname, join, resolve } from 'node:path';
import {
  type Commit,
  type CommitResult,
  type Lease,
  type ListRequest,
  partitionOfCommit,
  partitionOfKeys,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  runOfStream,
  type Storage,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';
import { FileBlobStore } from './blobs/file-blob-store.ts';
import { toFileError } from './blobs/file-error.ts';
import { Connection } from './database/connection.ts';
import { makeDirectory } from './database/durable-directory.ts';
import { openDatabase } from './database/open-database.ts';
import { toStorageError } from './database/sqlite-error.ts';
import { type Appended, SqliteEventLog } from './events/sqlite-event-log.ts';
import { Refusal, SqliteRecords } from './records/sqlite-records.ts';

export interface SqliteStorageOptions {
  /** The database file; it and its folder are made if need be. SQLite keeps two more files beside it, `-wal` and `-shm`. */
  path: string;
  /** Folder for the content of uploaded files. Default `blobs` beside the database. */
  blobDirectory?: string;
  /**
   * What an answered write survives. `normal` (default): a crash of the process; the latest ones may be lost when the
   * machine loses power, none is half there. `full`: that, too, at a wait for the disk with each transaction.
   */
  synchronous?: 'normal' | 'full';
  /** How long a write waits for those of other processes, in ms. Default 5,000. */
  busyTimeoutMs?: number;
  /** How often events of other processes on the same database are looked for, in ms. Default 20. */
  pollIntervalMs?: number;
}

/**
 * Keeps everything in one SQLite file and a folder of blobs. Several processes of one machine may share them; a network file
 * system does not do.
 *
 * @throws `StorageError` `unavailable` when the file cannot be opened, `schema_mismatch` when it is no database of ours or
 * one of a later version.
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const path = resolve(options.path);
  const blobDirectory = resolve(options.blobDirectory ?? join(dirname(path), 'blobs'));
  let connection: Connection;
  try {
    await makeDirectory(dirname(path));
    const database = openDatabase({ path, synchronous: options.synchronous ?? 'normal' });
    connection = new Connection(database, { busyTimeoutMs: options.busyTimeoutMs ?? 5000 });
  } catch (error) {
    throw toFileError(toStorageError(error));
  }
  const blobs = new FileBlobStore(connection, blobDirectory);
  try {
    await blobs.removeLeftovers();
  } catch (error) {
    connection.close();
    throw error;
  }
  return new SqliteStorage(`sqlite:${options.path}`, connection, blobs, options.pollIntervalMs ?? 20);
}

class SqliteStorage implements Storage {
  readonly name: string;
  readonly events: SqliteEventLog;
  readonly blobs: FileBlobStore;
  readonly #connection: Connection;
  readonly #records: SqliteRecords;
  #latest = 0;

  constructor(name: string, connection: Connection, blobs: FileBlobStore, pollIntervalMs: number) {
    this.name = name;
    this.blobs = blobs;
    this.#connection = connection;
    this.#records = new SqliteRecords(connection);
    this.events = new SqliteEventLog(connection, this.#records, { now: () => this.#now(), pollIntervalMs });
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    return this.#connection.query(() => this.#records.get(key));
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    this.#connection.assertOpen();
    if (keys.length === 0) return [];
    partitionOfKeys(keys);
    return this.#connection.read(() => keys.map((key) => this.#records.get(key)));
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    return this.#connection.query(() => this.#records.list(request));
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    return this.#connection.query(() => this.#records.due(kind, this.#now(), limit));
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#connection.assertOpen();
    partitionOfCommit(commit);
    const { checks = [], writes = [], events } = commit;
    try {
      const appended = await this.#connection.write(
        () => {
          for (const check of checks) this.#records.check(check);
          for (const write of writes) this.#records.apply(write);
          return events ? this.#append(events) : null;
        },
        (written) => events && written && this.events.publish(events.stream, written),
      );
      return appended ? { ok: true, lastEvent: appended.lastSeq } : { ok: true };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, conflict: error.conflict };
      throw error;
    }
  }

  async renew(leases: readonly Lease[], { ms }: { ms: number }): Promise<boolean[]> {
    this.#connection.assertOpen();
    if (leases.length === 0) return [];
    return this.#connection.write(() => {
      const dueAt = this.#now() + ms;
      return leases.map((lease) => this.#records.renew(lease, dueAt));
    });
  }

  async now(): Promise<number> {
    this.#connection.assertOpen();
    return this.#now();
  }

  async close(): Promise<void> {
    this.blobs.close();
    this.events.close();
    this.#connection.close();
  }

  #append(events: NonNullable<Commit['events']>): Appended {
    const run = runOfStream(events.stream);
    if (!this.#records.get(run)) throw new Refusal({ reason: 'missing', key: run });
    const appended = this.events.write(events);
    if (!appended) throw new Refusal({ reason: 'fence', key: null });
    return appended;
  }

  #now(): number {
    return (this.#latest = Math.max(this.#latest, Date.now()));
  }
}
