import { createHash, randomUUID } from 'node:crypto';
import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { inChunks, untilAborted } from '@cogitator-ai/openai-storage/driver';
import { type BlobHeader, parseBlobHeader } from './blob-header.ts';
import type { Bucket, UploadedPart } from './bucket.ts';

/** The smallest that S3 takes for a part, in bytes: so much of each blob that arrives is in memory. */
const PART_BYTES = 5 * 2 ** 20;
/** Content is read in pieces of this size, so that a slow reader holds neither a connection nor more memory. */
const READ_BYTES = 2 ** 20;
/** An object that no header names is left over when it is older than this, in ms. The header of one follows at once. */
const LEFT_OVER_MS = 12 * 3_600_000;

/** Content that is being written. */
interface Upload {
  readonly path: string;
  /** Of an upload in parts that is under way. */
  multipartId?: string;
}

export interface S3BlobStoreParts {
  readonly bucket: Bucket;
  /** Whether the server heeds `If-None-Match: *`. */
  readonly isConditional: boolean;
  /** Called at the end, when nothing is under way any more. */
  readonly release: () => void;
}

/**
 * Blobs as objects, `<key>/<upload>`. A blob is there once `<key>/blob.json` names the object; until then nobody reads it.
 */
export class S3BlobStore implements BlobStore {
  readonly #bucket: Bucket;
  readonly #isConditional: boolean;
  readonly #release: () => void;
  readonly #closed = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor({ bucket, isConditional, release }: S3BlobStoreParts) {
    this.#bucket = bucket;
    this.#isConditional = isConditional;
    this.#release = release;
  }

  put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }): Promise<BlobInfo> {
    return this.#run(async () => {
      if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
      signal.throwIfAborted();
      if (await this.#find(key)) throw exists(key);
      const id = randomUUID();
      const upload: Upload = { path: `${key}/${id}` };
      try {
        const info = await this.#writeContent(upload, content, AbortSignal.any([signal, this.#closed.signal]));
        signal.throwIfAborted();
        await this.#publish(key, { upload: id, ...info });
        return info;
      } catch (error) {
        // When even that fails, it is removed as left over by a later `delete`.
        await this.#discard(key, id, upload).catch(() => {});
        throw error;
      }
    });
  }

  get(
    key: string,
    { signal, range }: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null> {
    return this.#run(async () => {
      const header = await this.#find(key, signal);
      if (!header) return null;
      const { bytes, sha256, upload } = header;
      const start = Math.max(0, range?.start ?? 0);
      const end = Math.min(bytes, range?.end ?? bytes);
      return { bytes, sha256, content: this.#readContent(`${key}/${upload}`, start, end, signal) };
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#run(async () => {
      if (!isIdentifier(key)) return false;
      const header = await this.#find(key);
      if (!header) {
        await this.#removeLeftovers(key);
        return false;
      }
      // The header last: as long as it is there, a deletion that stopped half way can be repeated.
      await this.#bucket.remove(`${key}/${header.upload}`);
      await this.#bucket.remove(headerOf(key));
      return true;
    });
  }

  /** Ends what is under way, and the client unless it is the caller's. May be called twice. */
  async close(): Promise<void> {
    this.#closed.abort(closed());
    await Promise.allSettled(this.#underWay);
    this.#release();
  }

  async #run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed.signal.aborted) throw closed();
    const result = call();
    this.#underWay.add(result);
    try {
      return await result;
    } finally {
      this.#underWay.delete(result);
    }
  }

  async #find(key: string, signal?: AbortSignal): Promise<BlobHeader | null> {
    if (!isIdentifier(key)) return null;
    const bytes = await this.#bucket.read(headerOf(key), signal ? { signal } : {});
    return bytes && parseBlobHeader(bytes);
  }

  async #writeContent(upload: Upload, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<BlobInfo> {
    const hash = createHash('sha256');
    const parts: UploadedPart[] = [];
    let bytes = 0;
    for await (const body of inChunks(untilAborted(content, signal), PART_BYTES)) {
      hash.update(body);
      bytes += body.length;
      if (upload.multipartId === undefined && body.length < PART_BYTES) {
        await this.#bucket.write(upload.path, body, signal);
        continue;
      }
      const uploadId = (upload.multipartId ??= await this.#bucket.startUpload(upload.path, signal));
      parts.push(await this.#bucket.uploadPart(upload.path, { uploadId, number: parts.length + 1, body, signal }));
    }
    if (upload.multipartId !== undefined) {
      await this.#bucket.completeUpload(upload.path, upload.multipartId, parts, signal);
      delete upload.multipartId;
    }
    return { bytes, sha256: hash.digest('hex') };
  }

  async *#readContent(path: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    for (let offset = start; offset < end;) {
      stop.throwIfAborted();
      const range = { start: offset, end: Math.min(offset + READ_BYTES, end) };
      const bytes = await this.#bucket.read(path, { signal: stop, range });
      if (bytes?.length !== range.end - range.start) throw new StorageError('unavailable', 'The blob was deleted.');
      offset = range.end;
      stop.throwIfAborted();
      yield bytes;
    }
  }

  async #publish(key: string, header: BlobHeader): Promise<void> {
    const text = JSON.stringify(header);
    if (!this.#isConditional) {
      if (await this.#find(key)) throw exists(key);
      return this.#bucket.write(headerOf(key), text);
    }
    const failure = await this.#bucket.create(headerOf(key), text).then(
      (created) =>
        created ? null : new StorageError('unavailable', `The blob '${key}' was written and deleted meanwhile.`),
      (error: unknown) => error,
    );
    if (failure === null) return;
    // An answer may have got lost, and the second attempt have met the first: what is there tells.
    const found = await this.#find(key);
    if (found?.upload === header.upload) return;
    throw found ? exists(key) : failure;
  }

  /** Removes the content, and the header when it may be ours after all; that first, since it must not name what is gone. */
  async #discard(key: string, id: string, { path, multipartId }: Upload): Promise<void> {
    const header = await this.#find(key);
    if (header?.upload === id) await this.#bucket.remove(headerOf(key));
    if (multipartId !== undefined) await this.#bucket.abortUpload(path, multipartId);
    await this.#bucket.remove(path);
  }

  /** Content of puts that ended before their header was written, and could not be removed. */
  async #removeLeftovers(key: string): Promise<void> {
    for await (const object of this.#bucket.list(`${key}/`)) {
      if (object.key !== headerOf(key) && object.modifiedAt < Date.now() - LEFT_OVER_MS) {
        await this.#bucket.remove(object.key);
      }
    }
  }
}

function headerOf(key: string): string {
  return `${key}/blob.json`;
}

function exists(key: string): StorageError {
  return new StorageError('conflict', `There is a blob '${key}' already.`);
}

function closed(): StorageError {
  return new StorageError('closed', 'The blob store is closed.');
}
