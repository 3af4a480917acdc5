import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { assistantKey, insertFile } from '@cogitator-ai/openai-engine/records';
import type { Assistant, FileObject } from '@cogitator-ai/openai-protocol';
import type {
  BlobInfo,
  BlobRange,
  Commit,
  CommitResult,
  Storage,
  StoredRecord,
  Write,
} from '@cogitator-ai/openai-storage';
import { neverAborted } from '../never-aborted.ts';
import { oneChunk } from './one-chunk.ts';
import { reach } from './reach.ts';
import { toAssistant, toFile, toStoredAssistant, toStoredFile } from './stored-objects.ts';
import type { ThreadStorage } from './thread-storage.ts';
import { Turns } from './turns.ts';

/** Kinds of which all there is is in memory, but for the content of files. */
export type ObjectKind = 'assistant' | 'file';

/** The assistants and files of a store. */
export class LoadedObjects {
  readonly #store: ThreadStorage;
  readonly #memory: Storage;
  readonly #loading = new Map<ObjectKind, Promise<void>>();
  readonly #turns = new Turns();

  constructor(store: ThreadStorage, memory: Storage) {
    this.#store = store;
    this.#memory = memory;
  }

  /** Once; when it has failed the next call tries again. */
  load(kind: ObjectKind): Promise<void> {
    const known = this.#loading.get(kind);
    if (known) return known;
    const loading = reach(() => (kind === 'assistant' ? this.#loadAssistants() : this.#loadFiles()));
    this.#loading.set(kind, loading);
    loading.catch(() => this.#loading.delete(kind));
    return loading;
  }

  /** When the store cannot be told of it, nothing has happened. */
  commit(commit: Commit): Promise<CommitResult> {
    const { writes = [] } = commit;
    const keys = writes.map(({ key }) => key);
    return this.#turns.take(
      keys.map(({ kind, id }) => `${kind} ${id}`),
      async () => {
        const previous = await this.#memory.getMany(keys);
        const result = await this.#memory.commit(commit);
        if (!result.ok) return result;
        try {
          for (const write of writes) await reach(() => this.#save(write));
        } catch (error) {
          await this.#memory.commit({ writes: writes.map((write, index) => undo(write, previous[index] ?? null)) });
          throw error;
        }
        return result;
      },
    );
  }

  /** The content of a file that the store has. */
  async contentOf(
    fileId: string,
    { signal, range = {} }: { signal: AbortSignal; range?: Partial<BlobRange> },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    const stored = await reach(() => this.#store.loadFile(fileId));
    if (!stored) return null;
    const { content } = stored;
    return {
      bytes: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
      content: oneChunk(content.subarray(range.start, range.end), signal),
    };
  }

  async #loadAssistants(): Promise<void> {
    for (const stored of await this.#store.listAssistants()) {
      const body = JSON.stringify(toAssistant(stored));
      await this.#memory.commit({ writes: [{ write: 'insert', key: assistantKey(stored.id), body }] });
    }
  }

  async #loadFiles(): Promise<void> {
    for (const stored of await this.#store.listFiles()) {
      await this.#memory.commit({ writes: [await insertFile(this.#memory, toFile(stored))] });
    }
  }

  async #save(write: Write): Promise<void> {
    const { kind, id } = write.key;
    if (write.write === 'delete') {
      await (kind === 'file' ? this.#store.deleteFile(id) : this.#store.deleteAssistant(id));
    } else if (kind === 'file') {
      await this.#saveFile(JSON.parse(write.body) as FileObject);
    } else {
      await this.#store.saveAssistant(id, toStoredAssistant(JSON.parse(write.body) as Assistant));
    }
  }

  /** The content is the store's from now on. */
  async #saveFile(file: FileObject): Promise<void> {
    const blob = await this.#memory.blobs.get(file.id, { signal: neverAborted() });
    if (!blob) return;
    await this.#store.saveFile(file.id, toStoredFile(file, await buffer(blob.content)));
    await this.#memory.blobs.delete(file.id);
  }
}

/** What brings an assistant or a file back to what it was. */
function undo({ write, key }: Write, previous: StoredRecord | null): Write {
  if (!previous) return { write: 'delete', key };
  const { body, state, dueAt } = previous;
  const filters = key.kind === 'file' ? { purpose: (JSON.parse(body) as FileObject).purpose } : {};
  return { write: write === 'delete' ? 'insert' : 'put', key, body, state, dueAt, filters };
}
