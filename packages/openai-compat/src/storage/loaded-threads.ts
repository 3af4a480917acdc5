import { ACTIVE_RUN, threadKey, writeMessage } from '@cogitator-ai/openai-engine/records';
import type { Message, Thread } from '@cogitator-ai/openai-protocol';
import {
  type Commit,
  type CommitResult,
  isIdentifier,
  type Storage,
  StorageError,
  type Write,
} from '@cogitator-ai/openai-storage';
import { inOrder, type ThreadRecords } from './message-order.ts';
import { reach } from './reach.ts';
import { ThreadSaves } from './thread-saves.ts';
import type { StoredThread, ThreadStorage } from './thread-storage.ts';

/** Threads kept in memory; of more, those that were not used for longest and have no active run are left to the store. */
const MAX_THREADS = 1000;
/** Messages read at a time. */
const PAGE = 1000;

/** A thread that is in memory, or about to be. */
interface LoadedThread {
  loading: Promise<void>;
  records: ThreadRecords;
  uses: number;
}

/** The threads of a store, in memory while they are used. */
export class LoadedThreads {
  readonly #store: ThreadStorage;
  readonly #memory: Storage;
  readonly #threads = new Map<string, LoadedThread>();
  readonly #saves = new ThreadSaves((id) => reach(() => this.#write(id)));

  constructor(store: ThreadStorage, memory: Storage) {
    this.#store = store;
    this.#memory = memory;
  }

  /** Does something with a thread that is in memory meanwhile. */
  async with<T>(id: string, action: (records: ThreadRecords) => Promise<T>): Promise<T> {
    // The store is not asked for any text that a client has sent as an id.
    if (!isIdentifier(id)) return action(this.#memory);
    const thread = this.#use(id);
    try {
      await thread.loading;
      return await action(thread.records);
    } finally {
      thread.uses--;
      await this.#forgetMissing(id);
      await this.#forgetSurplus();
    }
  }

  async withAll<T>(action: () => Promise<T>): Promise<T> {
    const { finished } = this.#saves;
    const used: LoadedThread[] = [];
    try {
      for (const stored of await reach(() => this.#store.listThreads())) {
        // What was saved since may be this one, and is another by now.
        const known = this.#saves.finished === finished ? stored : undefined;
        const thread = this.#use(stored.thread.id, known);
        used.push(thread);
        await thread.loading;
      }
      return await action();
    } finally {
      for (const thread of used) thread.uses--;
      await this.#forgetSurplus();
    }
  }

  /** Answered when the store has the thread and its messages as they are. A failed save is repeated. */
  commit(id: string, commit: Commit): Promise<CommitResult> {
    return this.with(id, async (records) => {
      const result = await records.commit(commit);
      // What was refused may have been so because of something that the store was not told yet.
      const isToBeSaved = result.ok ? commit.writes?.some(isOfStore) : this.#saves.hasFailed(id);
      if (isToBeSaved && this.#threads.has(id)) await this.#saves.save(id);
      return result;
    });
  }

  /** Has a last try at what is not saved. */
  close(): Promise<void> {
    return this.#saves.close();
  }

  /** @param stored - The thread, if it is known. */
  #use(id: string, stored?: StoredThread): LoadedThread {
    let thread = this.#threads.get(id);
    if (!thread) {
      thread = { loading: Promise.resolve(), records: this.#memory, uses: 0 };
      thread.loading = this.#load(id, thread, stored);
    }
    thread.uses++;
    // The last one used is the last one in the map.
    this.#threads.delete(id);
    this.#threads.set(id, thread);
    return thread;
  }

  async #load(id: string, loaded: LoadedThread, known?: StoredThread): Promise<void> {
    try {
      const stored = known ?? (await reach(() => this.#store.loadThread(id)));
      if (stored) await this.#keep(id, loaded, stored);
    } catch (error) {
      // The next call tries again.
      if (this.#threads.get(id) === loaded) this.#threads.delete(id);
      throw error;
    }
  }

  async #keep(id: string, loaded: LoadedThread, stored: StoredThread): Promise<void> {
    const { thread, messages } = stored;
    if (thread.id !== id) throw new StorageError('schema_mismatch', `For the thread '${id}' there is '${thread.id}'.`);
    const messageIds = messages.map((message) => message.id);
    loaded.records = inOrder(this.#memory, messageIds);
    const writes = messages.map((message): Write => writeMessage('insert', message));
    const body = JSON.stringify(thread);
    await loaded.records.commit({ writes: [{ write: 'insert', key: threadKey(id), body }, ...writes] });
  }

  async #forgetMissing(id: string): Promise<void> {
    const isThere = (await this.#memory.get(threadKey(id))) !== null;
    if (!isThere && this.#isIdle(id)) this.#threads.delete(id);
  }

  async #forgetSurplus(): Promise<void> {
    const surplus = this.#threads.size - MAX_THREADS;
    if (surplus <= 0) return;
    for (const [id, thread] of [...this.#threads].slice(0, surplus)) {
      if (this.#threads.get(id) !== thread || !this.#isIdle(id)) continue;
      thread.loading = this.#leave(id, thread);
      await thread.loading.catch(() => {});
    }
  }

  #isIdle(id: string): boolean {
    return this.#threads.get(id)?.uses === 0 && !this.#saves.isUnsaved(id);
  }

  /** Leaves a thread to the store, unless it has an active run. Who asks for it meanwhile has it loaded again. */
  async #leave(id: string, thread: LoadedThread): Promise<void> {
    const key = threadKey(id);
    this.#use(id);
    const result = await this.#memory.commit({
      checks: [{ check: 'free', key, unique: ACTIVE_RUN }],
      writes: [{ write: 'delete', key }],
    });
    thread.uses--;
    if (!result.ok) return;
    if (thread.uses > 0) await this.#load(id, thread);
    else this.#threads.delete(id);
  }

  /** Brings the store in line with a thread. */
  async #write(id: string): Promise<void> {
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
}

/** Whether the store is told of a write. */
function isOfStore({ key: { kind } }: Write): boolean {
  return kind === 'thread' || kind === 'message';
}
