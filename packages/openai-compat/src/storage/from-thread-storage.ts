import { fileKey } from '@cogitator-ai/openai-engine/records';
import {
  type BlobStore,
  type Commit,
  type CommitResult,
  type EventLog,
  type Lease,
  type ListRequest,
  RECORD_KINDS,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type Storage,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { assertThreadStorage } from './assert-thread-storage.ts';
import { LoadedObjects, type ObjectKind } from './loaded-objects.ts';
import { LoadedThreads } from './loaded-threads.ts';
import type { ThreadRecords } from './message-order.ts';
import type { ThreadStorage } from './thread-storage.ts';

/**
 * A storage of the full contract over a {@link ThreadStorage}. Assistants, threads, messages and files are in the store before a
 * commit is answered; runs, steps, uploads and events are in memory only, and go with the process or when the thread was not used
 * for long. One process uses the store at a time: what others write is not seen.
 *
 * A thread whose save fails stays in memory, and is saved again until that succeeds.
 *
 * @throws `TypeError` that names the methods that the store lacks.
 */
export function fromThreadStorage(store: ThreadStorage): Storage {
  assertThreadStorage(store);
  return new ThreadStorageAdapter(store);
}

class ThreadStorageAdapter implements Storage {
  readonly name = 'custom';
  readonly events: EventLog;
  readonly blobs: BlobStore;
  readonly #memory = createMemoryStorage();
  readonly #threads: LoadedThreads;
  readonly #objects: LoadedObjects;

  constructor(store: ThreadStorage) {
    const { events, blobs } = this.#memory;
    this.#threads = new LoadedThreads(store, this.#memory);
    this.#objects = new LoadedObjects(store, this.#memory);
    this.events = events;
    this.blobs = {
      put: (key, content, options) => blobs.put(key, content, options),
      get: async (key, options) => {
        const blob = await blobs.get(key, options);
        return blob || !(await this.get(fileKey(key))) ? blob : this.#objects.contentOf(key, options);
      },
      delete: (key) => blobs.delete(key),
    };
  }

  get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    return this.#with(key, (records) => records.get(key));
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    const [first] = keys;
    return first ? this.#with(first, (records) => records.getMany(keys)) : this.#memory.getMany(keys);
  }

  list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    if (request.kind === 'thread') return this.#threads.withAll(() => this.#memory.list(request));
    return this.#with({ ...request, id: '' }, (records) => records.list(request));
  }

  /** Of what is in memory: nothing else comes due. */
  due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    return this.#memory.due(kind, limit);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const key = commit.writes?.[0]?.key ?? commit.checks?.[0]?.key;
    if (key && isOfThread(key)) return this.#threads.commit(threadOf(key), commit);
    if (!key || !isObject(key.kind)) return this.#memory.commit(commit);
    await this.#objects.load(key.kind);
    return this.#objects.commit(commit);
  }

  renew(leases: readonly Lease[], options: { ms: number }): Promise<boolean[]> {
    return this.#memory.renew(leases, options);
  }

  now(): Promise<number> {
    return this.#memory.now();
  }

  /** The store is left as it is: whoever has connected it disconnects it. */
  async close(): Promise<void> {
    await this.#threads.close();
    await this.#memory.close();
  }

  /** Does something with a record whose partition is in memory meanwhile. */
  async #with<T>(key: RecordKey, action: (records: ThreadRecords) => Promise<T>): Promise<T> {
    if (isOfThread(key)) return this.#threads.with(threadOf(key), action);
    if (isObject(key.kind)) await this.#objects.load(key.kind);
    return action(this.#memory);
  }
}

function isOfThread({ kind }: RecordKey): boolean {
  return RECORD_KINDS[kind].partition === 'thread';
}

function threadOf({ path, id }: RecordKey): string {
  return path[0] ?? id;
}

function isObject(kind: RecordKind): kind is ObjectKind {
  return kind === 'assistant' || kind === 'file';
}
