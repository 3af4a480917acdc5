import { createHash } from 'node:crypto';
import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { inChunks, untilAborted } from '@cogitator-ai/openai-storage/driver';
import type { Connection } from '../database/connection.ts';

/** Size of a stored chunk, in bytes. */
const CHUNK_BYTES = 256 * 1024;
/** How long an upload may be silent before its chunks are taken for left over, in ms. */
const MAX_SILENCE_MS = 24 * 3_600_000;

interface BlobRow {
  upload_id: string;
  bytes: string;
  sha256: string;
}

/** Blobs in chunks. A blob is there once its row names the upload; until then nobody reads the chunks. */
export class PostgresBlobStore implements BlobStore {
  readonly #connection: Connection;
  readonly #closed = new AbortController();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Removes what processes left behind that crashed while they wrote. */
  async removeLeftovers(): Promise<void> {
    const { schema } = this.#connection;
    await this.#connection.query(
      `WITH gone AS (DELETE FROM ${schema}.blob_upload WHERE active_at < ${schema}.now_ms() - ${MAX_SILENCE_MS} RETURNING id)
       DELETE FROM ${schema}.blob_chunk c USING gone g WHERE c.upload_id = g.id`,
      [],
    );
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#connection.assertOpen();
    if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
    signal.throwIfAborted();
    if (await this.#find(key)) throw exists(key);
    const { schema } = this.#connection;
    const [upload] = await this.#connection.query<{ id: string }>(
      `INSERT INTO ${schema}.blob_upload (active_at) VALUES (${schema}.now_ms()) RETURNING id`,
      [],
    );
    const uploadId = upload?.id as string;
    try {
      const stop = AbortSignal.any([signal, this.#closed.signal]);
      const info = await this.#writeChunks(uploadId, untilAborted(content, stop));
      signal.throwIfAborted();
      const stored = await this.#connection.query(
        `WITH stored AS (
           INSERT INTO ${schema}.blob (key, upload_id, bytes, sha256)
             SELECT $1, id, $3::bigint, $4 FROM ${schema}.blob_upload WHERE id = $2 AND active_at > 0 FOR UPDATE
             ON CONFLICT DO NOTHING RETURNING upload_id)
         DELETE FROM ${schema}.blob_upload u USING stored s WHERE u.id = s.upload_id RETURNING 1`,
        [key, uploadId, info.bytes, info.sha256],
      );
      if (stored.length === 0) throw (await this.#find(key)) ? exists(key) : takenForLeftOver();
      return info;
    } catch (error) {
      // When even that fails, it is removed as left over later.
      await this.#removeUpload(uploadId, key).catch(() => {});
      throw error;
    }
  }

  async get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    this.#connection.assertOpen();
    const blob = await this.#find(key);
    if (!blob) return null;
    const bytes = Number(blob.bytes);
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(bytes, range?.end ?? bytes);
    return { bytes, sha256: blob.sha256, content: this.#readChunks(blob.upload_id, start, end, signal) };
  }

  async delete(key: string): Promise<boolean> {
    this.#connection.assertOpen();
    if (!isIdentifier(key)) return false;
    const { schema } = this.#connection;
    const deleted = await this.#connection.query(
      `WITH gone AS (DELETE FROM ${schema}.blob WHERE key = $1 RETURNING upload_id),
       chunks AS (DELETE FROM ${schema}.blob_chunk c USING gone g WHERE c.upload_id = g.upload_id)
       SELECT 1 FROM gone`,
      [key],
    );
    return deleted.length > 0;
  }

  /** Stops writes and reads of content. */
  close(): void {
    this.#closed.abort(new StorageError('closed', 'The storage was closed.'));
  }

  async #find(key: string): Promise<BlobRow | undefined> {
    if (!isIdentifier(key)) return undefined;
    const [row] = await this.#connection.query<BlobRow>(
      `SELECT upload_id, bytes, sha256 FROM ${this.#connection.schema}.blob WHERE key = $1`,
      [key],
      'find blob',
    );
    return row;
  }

  async #writeChunks(uploadId: string, content: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    const { schema } = this.#connection;
    const hash = createHash('sha256');
    let bytes = 0;
    let position = 0;
    for await (const chunk of inChunks(content, CHUNK_BYTES)) {
      hash.update(chunk);
      bytes += chunk.length;
      const written = await this.#connection.query(
        `WITH upload AS (
           UPDATE ${schema}.blob_upload SET active_at = ${schema}.now_ms() WHERE id = $1 AND active_at > 0 RETURNING id)
         INSERT INTO ${schema}.blob_chunk (upload_id, position, data) SELECT id, $2::int, $3::bytea FROM upload RETURNING 1`,
        [uploadId, position++, chunk],
        'write chunk',
      );
      if (written.length === 0) throw takenForLeftOver();
    }
    return { bytes, sha256: hash.digest('hex') };
  }

  async *#readChunks(uploadId: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    for (let offset = start; offset < end;) {
      stop.throwIfAborted();
      const position = Math.floor(offset / CHUNK_BYTES);
      const within = offset - position * CHUNK_BYTES;
      const length = Math.min(CHUNK_BYTES - within, end - offset);
      const [row] = await this.#connection.query<{ data: Buffer }>(
        `SELECT substr(data, $3, $4) AS data FROM ${this.#connection.schema}.blob_chunk
         WHERE upload_id = $1 AND position = $2`,
        [uploadId, position, within + 1, length],
        'read chunk',
      );
      if (!row) throw new StorageError('unavailable', 'The blob was deleted.');
      offset += length;
      stop.throwIfAborted();
      yield row.data;
    }
  }

  /** Also the blob, in case it was stored and only the answer got lost. */
  async #removeUpload(uploadId: string, key: string): Promise<void> {
    const { schema } = this.#connection;
    // Waits for statements that are still under way, and keeps those that arrive later from writing.
    await this.#connection.query(`UPDATE ${schema}.blob_upload SET active_at = 0 WHERE id = $1`, [uploadId]);
    await this.#connection.query(
      `WITH upload AS (DELETE FROM ${schema}.blob_upload WHERE id = $1),
       blob AS (DELETE FROM ${schema}.blob WHERE key = $2 AND upload_id = $1)
       DELETE FROM ${schema}.blob_chunk WHERE upload_id = $1`,
      [uploadId, key],
    );
  }
}

function takenForLeftOver(): StorageError {
  return new StorageError('unavailable', 'The upload was silent for so long that it was taken for left over.');
}

function exists(key: string): StorageError {
  return new StorageError('conflict', `There is a blob '${key}' already.`);
}
