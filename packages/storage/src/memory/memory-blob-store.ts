import { createHash } from 'node:crypto';
import type { BlobInfo, BlobRange, BlobStore } from '../contract/blob-store.ts';
import { isIdentifier } from '../contract/identifier.ts';
import { StorageError } from '../contract/storage-error.ts';
import { untilAborted } from '../driver/until-aborted.ts';

interface StoredBlob extends BlobInfo {
  readonly chunks: readonly Uint8Array[];
}

export interface MemoryBlobStoreOptions {
  /** Most bytes held in all; a `put` beyond it is refused. */
  maxBytes: number;
  /** Called first by every method, to refuse it when the storage is closed. */
  assertOpen: () => void;
}

/** Blobs as lists of chunks. */
export class MemoryBlobStore implements BlobStore {
  readonly #options: MemoryBlobStoreOptions;
  readonly #blobs = new Map<string, StoredBlob>();
  /** Bytes of complete blobs and of those that are arriving. */
  #heldBytes = 0;

  constructor(options: MemoryBlobStoreOptions) {
    this.#options = options;
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#assertFree(key);
    const { maxBytes } = this.#options;
    const chunks: Uint8Array[] = [];
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of untilAborted(content, signal)) {
        if (this.#heldBytes + chunk.byteLength > maxBytes) {
          throw new StorageError('unavailable', `The in-memory store holds at most ${maxBytes} bytes of files.`);
        }
        this.#heldBytes += chunk.byteLength;
        bytes += chunk.byteLength;
        hash.update(chunk);
        chunks.push(Uint8Array.from(chunk));
      }
      signal.throwIfAborted();
      this.#assertFree(key);
    } catch (error) {
      this.#heldBytes -= bytes;
      throw error;
    }
    const info = { bytes, sha256: hash.digest('hex') };
    this.#blobs.set(key, { ...info, chunks });
    return info;
  }

  async get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    this.#options.assertOpen();
    const blob = this.#blobs.get(key);
    if (!blob) return null;
    const { bytes, sha256, chunks } = blob;
    const { start, end } = range ?? { start: 0, end: bytes };
    return { bytes, sha256, content: readChunks(chunks, start, end, signal) };
  }

  async delete(key: string): Promise<boolean> {
    this.#options.assertOpen();
    const blob = this.#blobs.get(key);
    if (!blob) return false;
    this.#heldBytes -= blob.bytes;
    return this.#blobs.delete(key);
  }

  clear(): void {
    this.#blobs.clear();
    this.#heldBytes = 0;
  }

  #assertFree(key: string): void {
    this.#options.assertOpen();
    if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
    if (this.#blobs.has(key)) throw new StorageError('conflict', `There is a blob '${key}' already.`);
  }
}

async function* readChunks(
  chunks: readonly Uint8Array[],
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  let offset = 0;
  for (const chunk of chunks) {
    if (offset >= end) return;
    const from = Math.max(0, start - offset);
    const to = Math.min(chunk.byteLength, end - offset);
    if (from < to) yield chunk.slice(from, to);
    offset += chunk.byteLength;
    signal.throwIfAborted();
  }
}
