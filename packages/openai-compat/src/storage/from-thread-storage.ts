import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  ACTIVE_RUN,
  assistantKey,
  fileKey,
  insertFile,
  threadKey,
  writeMessage,
} from '@cogitator-ai/openai-engine/records';
import type { Assistant, FileObject, Message, Thread } from '@cogitator-ai/openai-protocol';
import {
  type BlobInfo,
  type BlobRange,
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
  StorageError,
  type StoredRecord,
  type Write,
} from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { neverAborted } from '../never-aborted.ts';
import { oneChunk } from './one-chunk.ts';
import { toAssistant, toFile, toStoredAssistant, toStoredFile } from './stored-objects.ts';
import type { StoredThread, ThreadStorage } from './thread-storage.ts';

/** Threads kept in memory; of more, those that were not used for longest and have no active run are left to the store. */
const MAX_THREADS = 1000;
/** Messages read at a time. */
const PAGE = 1000;

/**
 * A storage of the full contract over a {@link ThreadStorage}. Assistants, threads, messages and files are in the store before a
 * commit is answered; runs, steps, uploads and events are in memory only, and go with the process or when the thread was not used
 * for long. One process uses the store at a time: what others write is not seen.
 */
export function fromThreadStorage(store: ThreadStorage): Storage {
  return new ThreadStorageAdapter(store);
}

/** A thread that is in memory. */
interface LoadedThread {
  readonly loading: Promise<void>;
  uses: number;
  /** The save that has not begun yet, which a later commit may share. */
  nextSave: Promise<void> | null;
  lastSave: Promise<void>;
}

class ThreadStorageAdapter implements Storage {
  readonly name = 'custom';
  readonly events: EventLog;
  readonly blobs: BlobStore;
  readonly #store: ThreadStorage;
  readonly #memory = createMemoryStorage();
  readonly #threads = new Map<string, LoadedThread>();
  readonly #loading = new Map<RecordKind, Promise<void>>();

  constructor(store: ThreadStorage) {
    this.#store = store;
    this.events = this.#memory.events;
    this.blobs = {
      put: (key, content, options) => this.#memory.blobs.put(key, content, options),
      get: (key, options) => this.#getBlob(key, options),
      delete: (key) => this.#memory.blobs.delete(key),
    };
  }

  get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    return this.#with(key, () => this.#memory.get(key));
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    const [first] = keys;
    return first ? this.#with(first, () => this.#memory.getMany(keys)) : this.#memory.getMany(keys);
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    if (request.kind === 'thread') await this.#loadAllThreads();
    return this.#with({ ...request, id: '' }, () => this.#memory.list(request));
  }

  /** Of what is in memory: nothing else comes due. */
  due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    return this.#memory.due(kind, limit);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    const key = commit.writes?.[0]?.key ?? commit.checks?.[0]?.key;
    if (!key) return this.#memory.commit(commit);
    return this.#with(key, async () => {
      const result = await this.#memory.commit(commit);
      if (result.ok) await this.#save(commit.writes ?? []);
      return result;
    });
  }

  renew(leases: readonly Lease[], options: { ms: number }): Promise<boolean[]> {
    return this.#memory.renew(leases, options);
  }

  now(): Promise<number> {
    return this.#memory.now();
  }

  /** The store is left as it is: whoever has connected it disconnects it. */
  close(): Promise<void> {
    return this.#memory.close();
  }

  /** Does something with a record whose partition is in memory meanwhile. */
  async #with<T>(key: RecordKey, action: () => Promise<T>): Promise<T> {
    const { kind } = key;
    if (kind === 'assistant' || kind === 'file') await this.#loadAll(kind);
    if (RECORD_KINDS[kind].partition !== 'thread') return action();
    const threadId = key.path[0] ?? key.id;
    const thread = this.#useThread(threadId);
    try {
      await thread.loading;
      return await action();
    } finally {
      thread.uses--;
      await this.#forgetThreads(threadId);
    }
  }

  #useThread(id: string): LoadedThread {
    const thread = this.#threads.get(id) ?? {
      loading: reach(() => this.#loadThread(id)),
      uses: 0,
      nextSave: null,
      lastSave: Promise.resolve(),
    };
    thread.uses++;
    // The last one used is the last one in the map.
    this.#threads.delete(id);
    this.#threads.set(id, thread);
    return thread;
  }

  async #loadThread(id: string): Promise<void> {
    const stored = await this.#store.loadThread(id);
    const isThere = (await this.#memory.get(threadKey(id))) !== null;
    if (stored && !isThere) await this.#keep(stored);
  }

  async #keep({ thread, messages }: StoredThread): Promise<void> {
    const writes: Write[] = [{ write: 'insert', key: threadKey(thread.id), body: JSON.stringify(thread) }];
    for (const message of messages) writes.push(writeMessage('insert', message));
    const result = await this.#memory.commit({ writes });
    if (!result.ok) throw new StorageError('unavailable', `The store answered the thread '${thread.id}' with another.`);
  }

  /** Forgets the thread that was just used if there is none, and those that are too many. */
  async #forgetThreads(justUsed: string): Promise<void> {
    const isThere = (await this.#memory.get(threadKey(justUsed))) !== null;
    if (!isThere && this.#threads.get(justUsed)?.uses === 0) this.#threads.delete(justUsed);
    const surplus = this.#threads.size - MAX_THREADS;
    if (surplus <= 0) return;
    for (const [id, thread] of [...this.#threads].slice(0, surplus)) {
      if (thread.uses > 0) continue;
      const key = threadKey(id);
      this.#threads.delete(id);
      const result = await this.#memory.commit({
        checks: [{ check: 'free', key, unique: ACTIVE_RUN }],
        writes: [{ write: 'delete', key }],
      });
      // It is in use after all, by its run.
      if (!result.ok && !this.#threads.has(id)) this.#threads.set(id, thread);
    }
  }

  async #loadAllThreads(): Promise<void> {
    for (const stored of await reach(() => this.#store.listThreads())) {
      const { id } = stored.thread;
      if (this.#threads.has(id)) continue;
      const thread = this.#useThread(id);
      await thread.loading;
      thread.uses--;
    }
  }

  /** Loads all assistants, or what there is to know of all files, once. */
  #loadAll(kind: 'assistant' | 'file'): Promise<void> {
    const known = this.#loading.get(kind);
    if (known) return known;
    const loading = reach(async () => {
      if (kind === 'assistant') {
        for (const stored of await this.#store.listAssistants()) {
          const body = JSON.stringify(toAssistant(stored));
          await this.#memory.commit({ writes: [{ write: 'insert', key: assistantKey(stored.id), body }] });
        }
      } else {
        for (const stored of await this.#store.listFiles()) {
          await this.#memory.commit({ writes: [await insertFile(this.#memory, toFile(stored))] });
        }
      }
    });
    this.#loading.set(kind, loading);
    // The next call tries again.
    loading.catch(() => this.#loading.delete(kind));
    return loading;
  }

  /** Brings the store in line with what a commit has written. */
  async #save(writes: readonly Write[]): Promise<void> {
    const threads = new Set<string>();
    for (const { write, key, ...rest } of writes) {
      const { kind, id } = key;
      const body = 'body' in rest ? rest.body : '';
      if (kind === 'thread') threads.add(id);
      if (kind === 'message') threads.add(key.path[0] ?? '');
      if (kind === 'assistant' && write === 'delete') await reach(() => this.#store.deleteAssistant(id));
      else if (kind === 'assistant') {
        const assistant = toStoredAssistant(JSON.parse(body) as Assistant);
        await reach(() => this.#store.saveAssistant(id, assistant));
      }
      if (kind === 'file' && write === 'delete') await reach(() => this.#store.deleteFile(id));
      else if (kind === 'file') await reach(() => this.#saveFile(JSON.parse(body) as FileObject));
    }
    for (const id of threads) await this.#saveThread(id);
  }

  /** The content is the store's from now on. */
  async #saveFile(file: FileObject): Promise<void> {
    const blob = await this.#memory.blobs.get(file.id, { signal: neverAborted() });
    if (!blob) return;
    await this.#store.saveFile(file.id, toStoredFile(file, await buffer(blob.content)));
    await this.#memory.blobs.delete(file.id);
  }

  /** One save of a thread after the other; commits that come while one waits share it. */
  #saveThread(id: string): Promise<void> {
    const thread = this.#threads.get(id);
    if (!thread) return Promise.resolve();
    thread.nextSave ??= thread.lastSave.then(() => {
      thread.nextSave = null;
      const saving = reach(() => this.#writeThread(id));
      thread.lastSave = saving.catch(() => {});
      return saving;
    });
    return thread.nextSave;
  }

  async #writeThread(id: string): Promise<void> {
    const record = await this.#memory.get(threadKey(id));
    if (!record) {
      await this.#store.deleteThread(id);
      return;
    }
    const messages = await this.#messagesOf(id);
    await this.#store.saveThread(id, { thread: JSON.parse(record.body) as Thread, messages });
  }

  async #messagesOf(threadId: string): Promise<Message[]> {
    const messages: Message[] = [];
    let after: string | undefined;
    for (;;) {
      const page = { kind: 'message', path: [threadId], order: 'asc', limit: PAGE, after } as const;
      const { records, hasMore } = await this.#memory.list(page);
      for (const { body } of records) messages.push(JSON.parse(body) as Message);
      after = records.at(-1)?.key.id;
      if (!hasMore) return messages;
    }
  }

  async #getBlob(
    key: string,
    options: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    const blob = await this.#memory.blobs.get(key, options);
    if (blob || !(await this.get(fileKey(key)))) return blob;
    const stored = await reach(() => this.#store.loadFile(key));
    if (!stored) return null;
    const { content } = stored;
    const { start = 0, end = content.byteLength } = options.range ?? {};
    return {
      bytes: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
      content: oneChunk(content.subarray(start, end), options.signal),
    };
  }
}

/** What goes wrong in a store of somebody else's is a store that cannot be used now. */
async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (StorageError.isInstance(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError('unavailable', `The thread storage failed: ${message}`, { cause });
  }
}
