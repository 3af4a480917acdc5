import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { untilAborted } from '@cogitator-ai/openai-storage/driver';
import type { Connection } from '../database/connection.ts';
import { makeDirectory, syncDirectory } from '../database/durable-directory.ts';
import { toFileError } from './file-error.ts';

const SELECT_BLOB = 'SELECT file, bytes, sha256 FROM blob WHERE key = ?';
const INSERT_BLOB = 'INSERT INTO blob (key, file, bytes, sha256) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
const DELETE_BLOB = 'DELETE FROM blob WHERE key = ?';
const INSERT_TRANSIT = 'INSERT INTO blob_file_in_transit (file, process_id, since) VALUES (?, ?, ?)';
const SELECT_TRANSIT = 'SELECT file, process_id, since FROM blob_file_in_transit';
const ABANDON_TRANSIT = 'UPDATE blob_file_in_transit SET since = 0 WHERE file = ?';
const END_TRANSIT = 'DELETE FROM blob_file_in_transit WHERE file = ? AND since > 0';
const DELETE_TRANSIT = 'DELETE FROM blob_file_in_transit WHERE file = ?';

/** A file in transit for longer than this is nobody's, even if a process of its number runs, in ms. */
const MAX_TRANSIT_MS = 24 * 3_600_000;

interface BlobRow {
  file: string;
  bytes: number;
  sha256: string;
}

/**
 * Blobs in files, one each. A file counts once the database names it; until then, and while it is deleted, it is noted as in
 * transit, so that a crash leaves nothing that nobody knows of.
 */
export class FileBlobStore implements BlobStore {
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #closed = new AbortController();

  constructor(connection: Connection, directory: string) {
    this.#connection = connection;
    this.#directory = directory;
  }

  /** Removes what processes left behind that crashed while they wrote or deleted. */
  async removeLeftovers(): Promise<void> {
    for (const row of this.#connection.query(() => this.#connection.prepare(SELECT_TRANSIT).all())) {
      const { file, process_id: processId, since } = row as { file: string; process_id: number; since: number };
      const isOld = Date.now() - since > MAX_TRANSIT_MS;
      // Of this process's number is what the one before left that had it, as in a container. Should it be at work after all, such
      // as in another container, it is told when it has written.
      if (isOld || processId === process.pid || !isRunning(processId)) await this.#abandon(file);
    }
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    this.#connection.assertOpen();
    if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
    signal.throwIfAborted();
    if (this.#find(key)) throw exists(key);
    const file = newFileName();
    await this.#connection.write(() => {
      this.#connection.prepare(INSERT_TRANSIT).run(file, process.pid, Date.now());
    });
    try {
      const info = await this.#writeFile(file, untilAborted(content, AbortSignal.any([signal, this.#closed.signal])));
      signal.throwIfAborted();
      await this.#connection.write(() => {
        const { changes } = this.#connection.prepare(INSERT_BLOB).run(key, file, info.bytes, info.sha256);
        if (changes === 0) throw exists(key);
        if (this.#connection.prepare(END_TRANSIT).run(file).changes === 0) throw takenForLeftOver();
      });
      return info;
    } catch (error) {
      // When even that fails, the next start removes it.
      await this.#remove(file).catch(() => {});
      throw error;
    }
  }

  async get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    const blob = this.#connection.query(() => this.#find(key));
    if (!blob) return null;
    const { file, bytes, sha256 } = blob;
    const start = Math.max(0, range?.start ?? 0);
    const end = Math.min(bytes, range?.end ?? bytes);
    return { bytes, sha256, content: this.#readFile(file, start, end, signal) };
  }

  async delete(key: string): Promise<boolean> {
    if (!isIdentifier(key)) {
      this.#connection.assertOpen();
      return false;
    }
    const file = await this.#connection.write(() => {
      const blob = this.#find(key);
      if (!blob) return null;
      this.#connection.prepare(DELETE_BLOB).run(key);
      this.#connection.prepare(INSERT_TRANSIT).run(blob.file, process.pid, Date.now());
      return blob.file;
    });
    if (file === null) return false;
    // The blob is gone; should its file remain, the next start removes it.
    await this.#remove(file).catch(() => {});
    return true;
  }

  /** Stops writes and reads of files. */
  close(): void {
    this.#closed.abort(new StorageError('closed', 'The storage was closed.'));
  }

  #find(key: string): BlobRow | undefined {
    return isIdentifier(key) ? (this.#connection.prepare(SELECT_BLOB).get(key) as BlobRow | undefined) : undefined;
  }

  async #writeFile(file: string, content: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    const path = join(this.#directory, file);
    const hash = createHash('sha256');
    let bytes = 0;
    let handle: FileHandle | undefined;
    try {
      await makeDirectory(dirname(path));
      handle = await open(path, 'wx');
    } catch (error) {
      throw toFileError(error);
    }
    try {
      for await (const chunk of content) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        await handle.writeFile(chunk).catch(fileError);
      }
      await handle.sync().catch(fileError);
    } finally {
      await handle.close();
    }
    await syncDirectory(dirname(path));
    return { bytes, sha256: hash.digest('hex') };
  }

  async *#readFile(file: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted();
    if (start >= end) return;
    const stream = createReadStream(join(this.#directory, file), { start, end: end - 1, highWaterMark: 256 * 1024 });
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    try {
      for await (const chunk of untilAborted(stream as AsyncIterable<Uint8Array>, stop)) yield chunk;
    } catch (error) {
      stop.throwIfAborted();
      throw toFileError(error);
    } finally {
      stream.destroy();
    }
  }

  /** Sees to it that nobody counts the file any more before it is removed; one that is counted by now is left alone. */
  async #abandon(file: string): Promise<void> {
    const { changes } = await this.#connection.write(() => this.#connection.prepare(ABANDON_TRANSIT).run(file));
    if (changes > 0) await this.#remove(file);
  }

  async #remove(file: string): Promise<void> {
    await rm(join(this.#directory, file), { force: true }).catch(fileError);
    await this.#connection.write(() => {
      this.#connection.prepare(DELETE_TRANSIT).run(file);
    });
  }
}

/** In one of 256 folders, since some tools and file systems do not like very large ones. */
function newFileName(): string {
  const name = randomUUID().replaceAll('-', '');
  return `${name.slice(0, 2)}/${name.slice(2)}`;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function exists(key: string): StorageError {
  return new StorageError('conflict', `There is a blob '${key}' already.`);
}

function takenForLeftOver(): StorageError {
  return new StorageError('unavailable', 'Another process took the unfinished file for left over, and removed it.');
}

function fileError(error: unknown): never {
  throw toFileError(error);
}
