import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { inChunks, untilAborted } from '@cogitator-ai/openai-storage/driver';
import { createHash, randomUUID } from 'node:crypto';
import { ALL_LOOSE, type Blob, blobKey, chunkKey, chunksOf, looseKey } from './keys.ts';
import type { Store } from './store.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Blobs in chunks of one size under a random name. The last step, a transaction, gives the chunks their key; before it, and
 * after a deletion, they are noted as loose, so that what a crash leaves can be found.
 */
export class LevelBlobStore implements BlobStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#store.assertOpen();
    if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
    if (await this.#find(key)) throw conflict(key);
    const name = randomUUID();
    await this.#store.transact(name, async (transaction) => transaction.put(looseKey(name), name));
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of inChunks(untilAborted(content, signal), CHUNK_BYTES)) {
        hash.update(chunk);
        await this.#store.putBytes(chunkKey(name, bytes / CHUNK_BYTES), chunk);
        bytes += chunk.byteLength;
      }
      signal.throwIfAborted();
      const info = { bytes, sha256: hash.digest('hex') };
      await this.#store.transact(blobKey(key), async (transaction) => {
        if (await transaction.get(blobKey(key))) throw conflict(key);
        transaction.put(blobKey(key), { ...info, name });
        transaction.delete(looseKey(name));
      });
      return info;
    } catch (error) {
      // Should this fail too, the next start does it.
      await this.#free(name).catch(() => {});
      throw error;
    }
  }

  async get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    const blob = await this.#find(key);
    if (!blob) return null;
    const { start, end } = range ?? { start: 0, end: blob.bytes };
    const content = this.#read(blob.name, start, Math.min(end, blob.bytes), signal);
    return { bytes: blob.bytes, sha256: blob.sha256, content };
  }

  async delete(key: string): Promise<boolean> {
    const blob = await this.#store.transact(blobKey(key), async (transaction) => {
      const stored = await transaction.get(blobKey(key));
      if (!stored) return undefined;
      transaction.delete(blobKey(key));
      transaction.put(looseKey(stored.name), stored.name);
      return stored;
    });
    if (blob) await this.#free(blob.name);
    return blob !== undefined;
  }

  /** Frees what a crash has left. To be called before anything else; no other process can be writing. */
  async freeLoose(): Promise<void> {
    for (const name of await this.#store.read((view) => view.values(ALL_LOOSE))) await this.#free(name);
  }

  async #find(key: string): Promise<Blob | undefined> {
    return this.#store.read((view) => view.get(blobKey(key)));
  }

  async *#read(name: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted();
    for (let index = Math.floor(start / CHUNK_BYTES); index * CHUNK_BYTES < end; index++) {
      const chunk = await this.#store.getBytes(chunkKey(name, index));
      signal.throwIfAborted();
      // Never other bytes: a blob that is stored under the key meanwhile has another name.
      if (!chunk) throw new StorageError('unavailable', 'The blob was deleted while it was read.');
      const offset = index * CHUNK_BYTES;
      yield chunk.subarray(Math.max(0, start - offset), end - offset);
    }
  }

  async #free(name: string): Promise<void> {
    await this.#store.deleteAll(chunksOf(name));
    await this.#store.transact(name, async (transaction) => transaction.delete(looseKey(name)));
  }
}

function conflict(key: string): StorageError {
  return new StorageError('conflict', `There is a blob '${key}' already.`);
}
