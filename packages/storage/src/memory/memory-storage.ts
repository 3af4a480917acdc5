import type { Commit, CommitResult } from '../contract/commit.ts';
import { partitionOf, partitionOfCommit, partitionOfKeys, runOfStream } from '../contract/partition.ts';
import type { ListRequest, RecordKey, RecordKind, RecordPage, StoredRecord } from '../contract/records.ts';
import { StorageError } from '../contract/storage-error.ts';
import type { Lease, Storage } from '../contract/storage.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { MemoryEventLog } from './memory-event-log.ts';
import { MemoryRecords } from './memory-records.ts';

export interface MemoryStorageOptions {
  /** Most bytes of files held; a larger upload is refused. Default 1 GiB. */
  maxBlobBytes?: number;
  /** Most event data of ended runs held for replay, in UTF-16 units. Default 64 Mi. */
  maxFinishedEventSize?: number;
  /** Injected so that tests can move time by hand. Default `Date.now`. */
  now?: () => number;
}

/** Keeps everything in this process; all is gone when it ends. */
export function createMemoryStorage(options: MemoryStorageOptions = {}): Storage {
  return new MemoryStorage(options);
}

class MemoryStorage implements Storage {
  readonly name = 'memory';
  readonly events: MemoryEventLog;
  readonly blobs: MemoryBlobStore;
  readonly #records = new MemoryRecords();
  readonly #now: () => number;
  #closed = false;

  constructor({ maxBlobBytes = 2 ** 30, maxFinishedEventSize = 2 ** 26, now = Date.now }: MemoryStorageOptions) {
    this.#now = now;
    const assertOpen = (): void => this.#assertOpen();
    this.events = new MemoryEventLog({
      maxFinishedSize: maxFinishedEventSize,
      now,
      assertOpen,
      hasRun: (stream) => this.#records.get(runOfStream(stream)) !== null,
    });
    this.blobs = new MemoryBlobStore({ maxBytes: maxBlobBytes, assertOpen });
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    this.#assertOpen();
    return this.#records.get(key);
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    this.#assertOpen();
    if (keys.length > 0) partitionOfKeys(keys);
    return keys.map((key) => this.#records.get(key));
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    this.#assertOpen();
    return this.#records.list(request);
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    this.#assertOpen();
    return this.#records.due(kind, this.#now(), limit);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#assertOpen();
    partitionOfCommit(commit);
    const conflict = this.#records.findConflict(commit);
    if (conflict) return { ok: false, conflict };
    if (commit.events && !this.events.accepts(commit.events)) {
      return { ok: false, conflict: { reason: 'fence', key: null } };
    }
    for (const write of commit.writes ?? []) {
      if (write.write === 'delete') this.#forgetEvents(write.key);
      this.#records.apply(write);
    }
    return commit.events ? { ok: true, lastEvent: this.events.write(commit.events) } : { ok: true };
  }

  async renew(leases: readonly Lease[], { ms }: { ms: number }): Promise<boolean[]> {
    this.#assertOpen();
    const dueAt = this.#now() + ms;
    return leases.map(({ key, fence }) => this.#records.renew(key, fence, dueAt));
  }

  async now(): Promise<number> {
    this.#assertOpen();
    return this.#now();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.events.clear();
    this.blobs.clear();
  }

  #forgetEvents(key: RecordKey): void {
    for (const owned of [key, ...this.#records.owned(key)]) {
      if (owned.kind === 'run') this.events.delete({ partition: partitionOf(owned), id: owned.id });
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StorageError('closed', 'The storage is closed.');
  }
}
