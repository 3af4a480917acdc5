import { createHash, randomBytes } from 'node:crypto';
import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { inChunks, untilAborted } from '@cogitator-ai/openai-storage/driver';
import pLimit from 'p-limit';
import type { Connection } from '../database/connection.ts';
import type { KeySpace } from '../database/key-space.ts';
import type { Scripts } from '../database/scripts.ts';

/** Size of a stored chunk, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** Chunks on their way at a time: what waits behind them on the connection are commits. */
const MAX_TRANSFERS = 4;
/** How long chunks are kept that nobody has made a blob of, in ms, and how often that is prolonged while they arrive. */
const UPLOAD_MS = 3_600_000;
const PROLONG_MS = 600_000;

interface BlobHeader extends BlobInfo {
  readonly upload: string;
}

/** Chunks of a blob that is being written. */
interface Upload {
  readonly id: string;
  readonly chunks: string[];
}

/** Blobs in chunks. A blob is there once its header names the upload; until then nobody reads the chunks, and they expire. */
export class RedisBlobStore implements BlobStore {
  readonly #connection: Connection;
  readonly #keySpace: KeySpace;
  readonly #scripts: Scripts;
  readonly #transfer = pLimit(MAX_TRANSFERS);
  readonly #closed = new AbortController();

  constructor(connection: Connection, keySpace: KeySpace, scripts: Scripts) {
    this.#connection = connection;
    this.#keySpace = keySpace;
    this.#scripts = scripts;
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#connection.assertOpen();
    if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
    signal.throwIfAborted();
    if (await this.#find(key)) throw exists(key);
    const upload: Upload = { id: randomBytes(12).toString('base64url'), chunks: [] };
    try {
      const stop = AbortSignal.any([signal, this.#closed.signal]);
      const info = await this.#writeChunks(key, upload, untilAborted(content, stop));
      signal.throwIfAborted();
      const keys = [this.#keySpace.blob(key), ...upload.chunks];
      const published = await this.#connection.run(this.#scripts.publishBlob, keys, [
        upload.id,
        info.bytes,
        info.sha256,
      ]);
      if (published === 'exists') throw exists(key);
      if (published === 'lost') throw new StorageError('unavailable', `The blob '${key}' took too long to arrive.`);
      return info;
    } catch (error) {
      // Also the blob, when nobody knows whether it was made. When even that fails, the chunks expire.
      await this.#delete(key, upload).catch(() => {});
      throw error;
    }
  }

  async get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    this.#connection.assertOpen();
    const header = await this.#find(key);
    if (!header) return null;
    const { bytes, sha256, upload } = header;
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(bytes, range?.end ?? bytes);
    return { bytes, sha256, content: this.#readChunks(key, upload, start, end, signal) };
  }

  async delete(key: string): Promise<boolean> {
    this.#connection.assertOpen();
    const header = await this.#find(key);
    if (!header) return false;
    const count = Math.ceil(header.bytes / CHUNK_BYTES);
    const chunks = Array.from({ length: count }, (_, position) => this.#keySpace.chunk(key, header.upload, position));
    return this.#delete(key, { id: header.upload, chunks });
  }

  /** Stops writes and reads of content. */
  close(): void {
    this.#closed.abort(new StorageError('closed', 'The storage was closed.'));
  }

  async #find(key: string): Promise<BlobHeader | null> {
    if (!isIdentifier(key)) return null;
    const args = [this.#keySpace.blob(key), 'upload', 'bytes', 'sha256'];
    const [upload, bytes, sha256] = (await this.#connection.command('hmget', args)) as (string | null)[];
    return upload == null || sha256 == null ? null : { upload, bytes: Number(bytes), sha256 };
  }

  async #writeChunks(key: string, { id, chunks }: Upload, content: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    const hash = createHash('sha256');
    let bytes = 0;
    let prolongedAt = performance.now();
    for await (const chunk of inChunks(content, CHUNK_BYTES)) {
      hash.update(chunk);
      bytes += chunk.length;
      if (performance.now() - prolongedAt > PROLONG_MS) {
        prolongedAt = performance.now();
        await Promise.all(chunks.map((written) => this.#connection.command('pexpire', [written, UPLOAD_MS])));
      }
      const chunkKey = this.#keySpace.chunk(key, id, chunks.length);
      chunks.push(chunkKey);
      await this.#transfer(() => this.#connection.command('set', [chunkKey, chunk, 'PX', UPLOAD_MS]));
    }
    return { bytes, sha256: hash.digest('hex') };
  }

  async *#readChunks(
    key: string,
    upload: string,
    start: number,
    end: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    for (let offset = start; offset < end;) {
      stop.throwIfAborted();
      const position = Math.floor(offset / CHUNK_BYTES);
      const within = offset - position * CHUNK_BYTES;
      const length = Math.min(CHUNK_BYTES - within, end - offset);
      const chunkKey = this.#keySpace.chunk(key, upload, position);
      const chunk = await this.#transfer(() =>
        this.#connection.bytes('getrange', [chunkKey, within, within + length - 1]),
      );
      if (chunk?.length !== length) throw new StorageError('unavailable', 'The blob was deleted.');
      offset += length;
      stop.throwIfAborted();
      yield chunk;
    }
  }

  async #delete(key: string, { id, chunks }: Upload): Promise<boolean> {
    const keys = [this.#keySpace.blob(key), ...chunks];
    return (await this.#connection.run(this.#scripts.deleteBlob, keys, [id])) === 1;
  }
}

function exists(key: string): StorageError {
  return new StorageError('conflict', `There is a blob '${key}' already.`);
}
