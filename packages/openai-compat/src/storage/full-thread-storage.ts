import { buffer } from 'node:stream/consumers';
import {
  assistantKey,
  fileKey,
  insertFile,
  threadKey,
  walkRecords,
  writeMessage,
} from '@cogitator-ai/openai-engine/records';
import type { Message } from '@cogitator-ai/openai-protocol';
import type {
  BlobStore,
  Commit,
  CommitResult,
  EventLog,
  Lease,
  ListRequest,
  RecordKey,
  RecordKind,
  RecordPage,
  Storage,
  StoredRecord,
  Write,
} from '@cogitator-ai/openai-storage';
import { StorageError } from '@cogitator-ai/openai-storage';
import { neverAborted } from '../never-aborted.ts';
import { isRising } from './message-order.ts';
import { oneChunk } from './one-chunk.ts';
import { toAssistant, toFile, toStoredAssistant, toStoredFile } from './stored-objects.ts';
import type { StoredAssistant, StoredFile, StoredThread, ThreadStorage } from './thread-storage.ts';

/** Most messages that one commit writes. */
const MAX_WRITES = 500;

/**
 * A storage of the full contract that has the methods of {@link ThreadStorage} as well: a `ThreadManager`, an adapter or a server
 * keeps in it everything there is, runs and files in parts included, and shares it with other processes.
 */
export abstract class FullThreadStorage implements ThreadStorage, Storage {
  abstract readonly name: string;
  #storage: Promise<Storage> | null = null;
  #isDisconnected = false;

  protected abstract open(): Promise<Storage>;

  /** Opens it, unless it is open; without this the first call does. Rejects with `StorageError` when it cannot be reached. */
  async connect(): Promise<void> {
    this.#isDisconnected = false;
    await this.#opened();
  }

  /** Closes it: calls reject until it is connected again. May be called twice. */
  async disconnect(): Promise<void> {
    this.#isDisconnected = true;
    const storage = this.#storage;
    this.#storage = null;
    await (await storage?.catch(() => null))?.close();
  }

  /** Rejects with `StorageError` `invalid_request` for messages whose ids do not rise: their order is that of their ids. */
  async saveThread(id: string, { thread, messages }: StoredThread): Promise<void> {
    if (!isRising(messages.map((message) => message.id))) {
      throw new StorageError('invalid_request', `The ids of the messages of '${id}' do not rise. Add them one by one.`);
    }
    const key = threadKey(id);
    const body = JSON.stringify({ ...thread, id });
    const known = new Map<string, string>();
    for await (const message of walkRecords(this, { kind: 'message', path: [id], order: 'asc' })) {
      known.set(message.id, JSON.stringify(message));
    }
    const isNew = (await this.get(key)) === null;
    const writes: Write[] = [isNew ? { write: 'insert', key, body } : { write: 'put', key, body }];
    for (const given of messages) {
      const message = { ...given, thread_id: id };
      const text = known.get(message.id);
      known.delete(message.id);
      if (text === undefined) writes.push(writeMessage('insert', message));
      else if (text !== JSON.stringify(message)) writes.push(writeMessage('put', message));
    }
    for (const gone of known.keys()) writes.push({ write: 'delete', key: { kind: 'message', path: [id], id: gone } });
    for (let from = 0; from < writes.length; from += MAX_WRITES) {
      await this.#write(writes.slice(from, from + MAX_WRITES));
    }
  }

  async loadThread(id: string): Promise<StoredThread | null> {
    const record = await this.get(threadKey(id));
    if (!record) return null;
    const messages: Message[] = await Array.fromAsync(walkRecords(this, { kind: 'message', path: [id], order: 'asc' }));
    return { thread: JSON.parse(record.body) as StoredThread['thread'], messages };
  }

  deleteThread(id: string): Promise<boolean> {
    return this.#delete(threadKey(id));
  }

  async listThreads(): Promise<StoredThread[]> {
    const threads: StoredThread[] = [];
    for await (const { id } of walkRecords(this, { kind: 'thread', path: [], order: 'asc' })) {
      const stored = await this.loadThread(id);
      if (stored) threads.push(stored);
    }
    return threads;
  }

  async saveAssistant(id: string, assistant: StoredAssistant): Promise<void> {
    const key = assistantKey(id);
    const body = JSON.stringify(toAssistant({ ...assistant, id }));
    const isNew = (await this.get(key)) === null;
    await this.#write([{ write: isNew ? 'insert' : 'put', key, body }]);
  }

  async loadAssistant(id: string): Promise<StoredAssistant | null> {
    const record = await this.get(assistantKey(id));
    return record && toStoredAssistant(JSON.parse(record.body) as Parameters<typeof toStoredAssistant>[0]);
  }

  deleteAssistant(id: string): Promise<boolean> {
    return this.#delete(assistantKey(id));
  }

  async listAssistants(): Promise<StoredAssistant[]> {
    const assistants = await Array.fromAsync(walkRecords(this, { kind: 'assistant', path: [], order: 'asc' }));
    return assistants.map(toStoredAssistant);
  }

  async saveFile(id: string, file: StoredFile): Promise<void> {
    await this.deleteFile(id);
    await this.blobs.put(id, oneChunk(file.content), { signal: neverAborted() });
    await this.#write([await insertFile(this, toFile({ ...file, id }))]);
  }

  async loadFile(id: string): Promise<StoredFile | null> {
    const record = await this.get(fileKey(id));
    const blob = record && (await this.blobs.get(id, { signal: neverAborted() }));
    if (!record || !blob) return null;
    return toStoredFile(JSON.parse(record.body) as Parameters<typeof toStoredFile>[0], await buffer(blob.content));
  }

  async deleteFile(id: string): Promise<boolean> {
    const isDeleted = await this.#delete(fileKey(id));
    await this.blobs.delete(id);
    return isDeleted;
  }

  async listFiles(): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const { id } of walkRecords(this, { kind: 'file', path: [], order: 'asc' })) {
      const stored = await this.loadFile(id);
      if (stored) files.push(stored);
    }
    return files;
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    return (await this.#opened()).get(key);
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    return (await this.#opened()).getMany(keys);
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    return (await this.#opened()).list(request);
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    return (await this.#opened()).due(kind, limit);
  }

  async commit(commit: Commit): Promise<CommitResult> {
    return (await this.#opened()).commit(commit);
  }

  async renew(leases: readonly Lease[], options: { ms: number }): Promise<boolean[]> {
    return (await this.#opened()).renew(leases, options);
  }

  async now(): Promise<number> {
    return (await this.#opened()).now();
  }

  readonly events: EventLog = {
    append: async (batch) => (await this.#opened()).events.append(batch),
    read: async (stream, options) => (await this.#opened()).events.read(stream, options),
    subscribe: async (stream, listener, options) => (await this.#opened()).events.subscribe(stream, listener, options),
    finish: async (stream, options) => (await this.#opened()).events.finish(stream, options),
  };

  readonly blobs: BlobStore = {
    put: async (key, content, options) => (await this.#opened()).blobs.put(key, content, options),
    get: async (key, options) => (await this.#opened()).blobs.get(key, options),
    delete: async (key) => (await this.#opened()).blobs.delete(key),
  };

  /** The same as `disconnect`. */
  close(): Promise<void> {
    return this.disconnect();
  }

  async #opened(): Promise<Storage> {
    if (this.#isDisconnected) throw new StorageError('closed', 'The storage is disconnected.');
    if (!this.#storage) {
      const opening = this.open();
      this.#storage = opening;
      // The next call tries again.
      opening.catch(() => {
        if (this.#storage === opening) this.#storage = null;
      });
    }
    return this.#storage;
  }

  async #write(writes: readonly Write[]): Promise<void> {
    const result = await this.commit({ writes: [...writes] });
    if (!result.ok) throw new Error(`It was written by somebody else at the same moment: ${result.conflict.reason}.`);
  }

  async #delete(key: RecordKey): Promise<boolean> {
    const result = await this.commit({ checks: [{ check: 'exists', key }], writes: [{ write: 'delete', key }] });
    return result.ok;
  }
}
