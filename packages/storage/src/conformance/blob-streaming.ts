import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect } from 'vitest';
import { contentOf, noise } from './blobs.ts';
import { newId } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

const MEBIBYTE = 2 ** 20;
const BLOB_MEBIBYTES = 100;
const CHUNK_BYTES = 64 * 1024;
/** What may be under way between source and store. */
const MOST_HELD_BYTES = 32 * MEBIBYTE;

const TINY_CHUNKS = 50_000;
/** What may be held of them: a quarter of what there is when each is kept by itself. */
const MOST_HELD_BY_TINY_BYTES = 4 * MEBIBYTE;

const { signal } = new AbortController();

/** A hundred mebibytes, each chunk its own memory. Calls `checkpoint` from time to time. */
async function* hugeContent(checkpoint: () => void): AsyncGenerator<Uint8Array> {
  const pattern = noise(CHUNK_BYTES);
  const chunks = (BLOB_MEBIBYTES * MEBIBYTE) / CHUNK_BYTES;
  for (let index = 0; index < chunks; index++) {
    const chunk = Buffer.from(pattern);
    chunk.writeUInt32LE(index);
    yield await Promise.resolve(chunk);
    if (index % 200 === 199) checkpoint();
  }
}

/** Notes the most memory of a kind that is taken beyond what was taken at first. */
function watchMemory(bytesOf: (usage: NodeJS.MemoryUsage) => number): {
  checkpoint: () => void;
  mostBytes: () => number;
} {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const held = (): number => {
    // The first frees what the memory of buffers belongs to, the second waits until that memory is given back.
    collectGarbage();
    collectGarbage();
    return bytesOf(process.memoryUsage());
  };
  const before = held();
  let most = 0;
  return {
    checkpoint: () => {
      most = Math.max(most, held() - before);
    },
    mostBytes: () => most,
  };
}

/**
 * @param bounded - Whether the driver streams; one that keeps blobs in memory anyhow is still to give back what it was
 * given.
 */
export function describeBlobStreaming(it: StorageTest, bounded: boolean): void {
  describe('a blob of 100 MiB', () => {
    it(
      `is stored and read back${bounded ? ' without ever being in memory' : ''}`,
      { timeout: 180_000 },
      async ({ storage }) => {
        const key = newId('file');
        const sent = createHash('sha256');
        const memory = watchMemory(({ arrayBuffers, external }) => Math.max(arrayBuffers, external));
        async function* source(): AsyncGenerator<Uint8Array> {
          for await (const chunk of hugeContent(memory.checkpoint)) {
            sent.update(chunk);
            yield chunk;
          }
        }
        const info = await storage.blobs.put(key, source(), { signal });
        expect(info).toEqual({ bytes: BLOB_MEBIBYTES * MEBIBYTE, sha256: sent.digest('hex') });
        const received = createHash('sha256');
        const blob = await storage.blobs.get(key, { signal });
        let bytes = 0;
        for await (const chunk of blob?.content ?? []) {
          const checkpoints = Math.floor(bytes / (10 * MEBIBYTE));
          bytes += chunk.byteLength;
          received.update(chunk);
          if (Math.floor(bytes / (10 * MEBIBYTE)) > checkpoints) memory.checkpoint();
        }
        expect({ bytes, sha256: received.digest('hex') }).toEqual(info);
        if (bounded) expect(memory.mostBytes()).toBeLessThan(MOST_HELD_BYTES);
        expect(await storage.blobs.delete(key)).toBe(true);
      },
    );
  });
  describe('a blob of very many very small chunks', () => {
    it(`is stored${bounded ? ' without a trace of each in memory' : ''}`, async ({ storage }) => {
      const key = newId('file');
      const memory = watchMemory(({ heapUsed }) => heapUsed);
      async function* source(): AsyncGenerator<Uint8Array> {
        const chunk = Buffer.alloc(1);
        for (let index = 0; index < TINY_CHUNKS; index++) {
          chunk[0] = index;
          yield await Promise.resolve(chunk);
          if (index % 10_000 === 9999) memory.checkpoint();
        }
      }
      expect(await storage.blobs.put(key, source(), { signal })).toMatchObject({ bytes: TINY_CHUNKS });
      if (bounded) expect(memory.mostBytes()).toBeLessThan(MOST_HELD_BY_TINY_BYTES);
      const expected = Buffer.from(Array.from({ length: TINY_CHUNKS }, (_, index) => index % 256));
      expect((await contentOf(storage, key))?.equals(expected)).toBe(true);
      await storage.blobs.delete(key);
    });
  });
}
