import {
  type BlobInfo,
  type BlobRange,
  type BlobStore,
  isIdentifier,
  StorageError,
} from '@cogitator-ai/openai-storage';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Blobs in a folder, so that they take no memory. Enough for one test: it needs a file system that tells capitals from small
 * letters, an aborted `put` waits for its source, and there is nothing to close.
 */
export function createFolderBlobStore(folder: string): BlobStore {
  mkdirSync(folder, { recursive: true });
  const pathOf = (key: string): string => join(folder, `blob-${key}`);

  async function readInfo(key: string): Promise<BlobInfo | null> {
    if (!isIdentifier(key)) return null;
    const text = await readFile(`${pathOf(key)}.json`, 'utf8').catch(() => null);
    return text === null ? null : (JSON.parse(text) as BlobInfo);
  }

  return {
    async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: { signal: AbortSignal }) {
      if (!isIdentifier(key)) throw new StorageError('invalid_request', `'${key}' cannot be the key of a blob.`);
      const arriving = join(folder, `arriving-${randomUUID()}`);
      const hash = createHash('sha256');
      let bytes = 0;
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const chunk of content) {
          hash.update(chunk);
          bytes += chunk.byteLength;
          yield chunk;
        }
      }
      try {
        await pipeline(counted, createWriteStream(arriving), { signal });
        const info = { bytes, sha256: hash.digest('hex') };
        // The link is what fails when there is a blob; the description comes last, and makes the blob readable.
        await link(arriving, pathOf(key)).catch((cause: unknown) => {
          throw new StorageError('conflict', `There is a blob '${key}'.`, { cause });
        });
        await writeFile(`${pathOf(key)}.json`, JSON.stringify(info));
        return info;
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        await rm(arriving, { force: true });
      }
    },

    async get(key: string, { signal, range }: { signal: AbortSignal; range?: BlobRange }) {
      const info = await readInfo(key);
      if (!info) return null;
      const { start, end } = range ?? { start: 0, end: info.bytes };
      return { ...info, content: readBytes(pathOf(key), start, Math.min(end, info.bytes), signal) };
    },

    async delete(key: string) {
      if (!(await readInfo(key))) return false;
      await rm(`${pathOf(key)}.json`);
      await rm(pathOf(key));
      return true;
    },
  };
}

async function* readBytes(path: string, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  // What `createReadStream` calls the end is inclusive.
  if (end > start) yield* createReadStream(path, { start, end: end - 1, signal });
}
