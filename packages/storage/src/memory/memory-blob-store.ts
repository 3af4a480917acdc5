import { createHash } from 'node:crypto';
import type { BlobInfo, BlobRange, BlobStore } from '../contract/blob-store.ts';
import { StorageError } from '../contract/storage-error.ts';

interface StoredBlob extends BlobInfo {
  readonly chunks: readonly Uint8Array[];
}

/** Blobs as lists of chunks. */
export class MemoryBlobStore implements BlobStore {
  readonly #maxBytes: number;
  readonly #blobs = new Map<string, StoredBlob>();
  /** Bytes of complete blobs and of those that are arriving. */
  #heldBytes = 0;

  /** @param maxBytes - Most bytes held in all; a `put` beyond it is refused. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#refuseExisting(key);
    const chunks: Uint8Array[] = [];
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of content) {
        signal.throwIfAborted();
        if (this.#heldBytes + chunk.byteLength > this.#maxBytes) {
          throw new StorageError('unavailable', `The in-memory store holds at most ${this.#maxBytes} bytes of files.`);
        }
        this.#heldBytes += chunk.byteLength;
        bytes += chunk.byteLength;
        hash.update(chunk);
        chunks.push(Uint8Array.from(chunk));
      }
      signal.throwIfAborted();
      this.#refuseExisting(key);
    } catch (error) {
      this.#heldBytes -= bytes;
      throw error;
    }
    const info = { bytes, sha256: hash.digest('hex') };
    this.#blobs.set(key, { ...info, chunks });
    return info;
  }

  get(
    key: string,
    options: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    const blob = this.#blobs.get(key);
    if (!blob) return Promise.resolve(null);
    const { bytes, sha256, chunks } = blob;
    const { start, end } = options.range ?? { start: 0, end: bytes };
    return Promise.resolve({ bytes, sha256, content: readChunks(chunks, start, end, options.signal) });
  }

  delete(key: string): Promise<boolean> {
    const blob = this.#blobs.get(key);
    if (!blob) return Promise.resolve(false);
    this.#heldBytes -= blob.bytes;
    return Promise.resolve(this.#blobs.delete(key));
  }

  clear(): void {
    this.#blobs.clear();
    this.#heldBytes = 0;
  }

  #refuseExisting(key: string): void {
    if (this.#blobs.has(key)) throw new StorageError('conflict', `There is a blob '${key}' already.`);
  }
}

async function* readChunks(
  chunks: readonly Uint8Array[],
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const chunk of chunks) {
    signal.throwIfAborted();
    const from = Math.max(0, start - offset);
    const to = Math.min(chunk.byteLength, end - offset);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.byteLength;
    if (offset >= end) return;
  }
}
