import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StorageError } from '@cogitator-ai/openai-storage';
import { isBusy, toStorageError } from './sqlite-error.ts';

/** Most writes in one transaction. */
const MAX_BATCH = 256;
/** Reads that a write lets pass. */
const MAX_READS_AHEAD = 64;
/** Pauses between attempts while another process writes, in ms. */
const BUSY_PAUSE_MS = 5;

interface PendingWrite {
  readonly work: () => unknown;
  readonly committed: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
  /** When it was first kept from writing because another process was, or `null`. */
  busySince: number | null;
}

/**
 * The database of one process. Reads happen at once. Writes of one turn of the event loop share one transaction, so that
 * many at a time cost little more than one; each is taken back alone when it fails.
 */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, StatementSync>();
  #pending: PendingWrite[] = [];
  #isScheduled = false;
  /** Reads since a write began to wait. */
  #readsAhead = 0;
  /** Whether another process was writing at the last attempt. */
  #isBusy = false;
  #isClosed = false;

  /** @param options.busyTimeoutMs - How long a write waits for those of other processes. */
  constructor(database: DatabaseSync, { busyTimeoutMs }: { busyTimeoutMs: number }) {
    this.#database = database;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  /** @throws {@link StorageError} `closed`. */
  assertOpen(): void {
    if (this.#isClosed) throw new StorageError('closed', 'The storage is closed.');
  }

  /** A prepared statement; there is one for each text. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /** Reads, at one moment. */
  read<T>(work: () => T): T {
    this.assertOpen();
    this.#letWritesThrough();
    try {
      this.#database.exec('BEGIN');
      try {
        return work();
      } finally {
        this.#database.exec('COMMIT');
      }
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /** Reads with one statement. */
  query<T>(work: () => T): T {
    this.assertOpen();
    this.#letWritesThrough();
    try {
      return work();
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /**
   * Writes in a transaction, in the order of the calls. When `work` throws, what it wrote is taken back.
   *
   * @param onCommit - Called right after the commit, before anybody else learns of it.
   */
  write<T>(work: () => T, onCommit?: (result: T) => void): Promise<T> {
    this.assertOpen();
    return new Promise((resolve, reject) => {
      this.#pending.push({
        work,
        committed: (result) => {
          // Heard of by others only after this turn.
          resolve(result as T);
          onCommit?.(result as T);
        },
        failed: reject,
        busySince: null,
      });
      this.#schedule();
    });
  }

  /** Number that changes when another connection has written. */
  dataVersion(): number {
    return this.prepare('PRAGMA data_version').get()?.['data_version'] as number;
  }

  /** Writes what is pending, or refuses it. */
  close(): void {
    if (this.#isClosed) return;
    while (this.#pending.length > 0 && this.#writeBatch());
    this.#isClosed = true;
    for (const { failed } of this.#pending.splice(0)) failed(new StorageError('closed', 'The storage was closed.'));
    this.#statements.clear();
    this.#database.close();
  }

  /** Who reads in a loop leaves the event loop no turn, since reads end at once; so the writes must come in between. */
  #letWritesThrough(): void {
    if (this.#pending.length === 0 || this.#isBusy) this.#readsAhead = 0;
    else if (++this.#readsAhead > MAX_READS_AHEAD) this.#writeBatch();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const pump = (): void => {
      this.#isScheduled = false;
      if (this.#isClosed || this.#pending.length === 0) return;
      this.#writeBatch();
      if (this.#pending.length > 0) this.#schedule();
    };
    if (!this.#isBusy) setImmediate(pump);
    else setTimeout(pump, BUSY_PAUSE_MS * (0.5 + Math.random()));
  }

  /** Whether anything was settled. */
  #writeBatch(): boolean {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      this.#isBusy = isBusy(error);
      const refused = this.#isBusy ? this.#takeOverdue() : this.#pending.splice(0);
      this.#refuse(refused, error);
      return refused.length > 0;
    }
    this.#isBusy = false;
    const batch = this.#pending.splice(0, MAX_BATCH);
    const done: (() => void)[] = [];
    try {
      for (const write of batch) done.push(batch.length === 1 ? this.#perform(write) : this.#performApart(write));
      this.#database.exec('COMMIT');
    } catch (error) {
      // Some failures, such as a full disk, take back everything by themselves.
      this.#rollBack();
      this.#refuse(batch, error);
      return true;
    }
    this.#settle(done);
    return true;
  }

  /** Calls them all, also when one throws. */
  #settle(done: (() => void)[]): void {
    const settle = done.shift();
    if (!settle) return;
    try {
      settle();
    } finally {
      this.#settle(done);
    }
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // The next transaction will be refused, and tell of it.
    }
  }

  /** Takes out the writes that have waited for other processes as long as they may. */
  #takeOverdue(): PendingWrite[] {
    const now = performance.now();
    for (const write of this.#pending) write.busySince ??= now;
    const next = this.#pending.findIndex(({ busySince }) => now - (busySince as number) < this.#busyTimeoutMs);
    return this.#pending.splice(0, next === -1 ? this.#pending.length : next);
  }

  #refuse(writes: readonly PendingWrite[], error: unknown): void {
    const reason = toStorageError(error);
    for (const { failed } of writes) failed(reason);
  }

  #perform({ work, committed }: PendingWrite): () => void {
    const result = work();
    return () => committed(result);
  }

  #performApart(write: PendingWrite): () => void {
    this.#database.exec('SAVEPOINT apart');
    try {
      return this.#perform(write);
    } catch (error) {
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO apart');
      return () => write.failed(toStorageError(error));
    } finally {
      if (this.#database.isTransaction) this.#database.exec('RELEASE apart');
    }
  }
}
