import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { BlobRange } from '../contract/blob-store.ts';
import type { Storage } from '../contract/storage.ts';
import { newId } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

const { signal } = new AbortController();

/** Bytes without a pattern, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The content of a blob, or `null`. */
export async function contentOf(storage: Storage, key: string, range?: BlobRange): Promise<Buffer | null> {
  const blob = await storage.blobs.get(key, range ? { signal, range } : { signal });
  if (!blob) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A source that gives these bytes and is silent then, until it is let go. */
function silentAfter(bytes: Uint8Array): {
  source: AsyncIterable<Uint8Array>;
  reached: Promise<void>;
  letGo: () => void;
} {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  async function* source(): AsyncGenerator<Uint8Array> {
    yield bytes;
    reached.resolve();
    await released.promise;
    yield bytes;
  }
  return { source: source(), reached: reached.promise, letGo: released.resolve };
}

const SHAPES: [name: string, sizes: number[]][] = [
  ['no bytes, no chunk', []],
  ['no bytes in three chunks', [0, 0, 0]],
  ['one byte', [1]],
  ['one chunk of 3 MiB', [3 * 2 ** 20]],
  ['chunks around powers of two', [255, 256, 257, 4095, 4096, 4097, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145]],
  ['two thousand odd chunks', Array.from({ length: 2000 }, (_, index) => (index * 7919) % 613)],
  ['empty chunks in between', [0, 10, 0, 0, 20, 0]],
];

export function describeBlobs(it: StorageTest): void {
  describe('a blob', () => {
    it.for(SHAPES)('comes back as it went in: %s', async ([, sizes], { storage }) => {
      const key = newId('file');
      const whole = noise(sizes.reduce((sum, size) => sum + size, 0));
      let offset = 0;
      const chunks = sizes.map((size) => whole.subarray(offset, (offset += size)));
      const info = { bytes: whole.byteLength, sha256: sha256(whole) };
      expect(await storage.blobs.put(key, chunksOf(...chunks), { signal })).toEqual(info);
      expect(await storage.blobs.get(key, { signal })).toMatchObject(info);
      expect((await contentOf(storage, key))?.equals(whole)).toBe(true);
      expect(await storage.blobs.delete(key)).toBe(true);
    });

    it('may come from a source that uses its memory again', async ({ storage }) => {
      const key = newId('file');
      async function* source(): AsyncGenerator<Uint8Array> {
        const buffer = Buffer.alloc(1000);
        for (let fill = 1; fill <= 50; fill++) yield await Promise.resolve(buffer.fill(fill));
        buffer.fill(0);
      }
      await storage.blobs.put(key, source(), { signal });
      const expected = Buffer.concat(Array.from({ length: 50 }, (_, index) => Buffer.alloc(1000, index + 1)));
      expect((await contentOf(storage, key))?.equals(expected)).toBe(true);
      await storage.blobs.delete(key);
    });

    it('is not changed by a reader that changes what it read', async ({ storage }) => {
      const key = newId('file');
      const whole = noise(100_000);
      await storage.blobs.put(key, chunksOf(whole), { signal });
      const blob = await storage.blobs.get(key, { signal });
      for await (const chunk of blob?.content ?? []) chunk.fill(0);
      expect((await contentOf(storage, key))?.equals(whole)).toBe(true);
      await storage.blobs.delete(key);
    });

    it('is null when there is none', async ({ storage }) => {
      expect(await storage.blobs.get(newId('file'), { signal })).toBeNull();
      expect(await storage.blobs.get(newId('file'), { signal, range: { start: 0, end: 1 } })).toBeNull();
      expect(await storage.blobs.delete(newId('file'))).toBe(false);
    });

    it('is readable only once it is complete', async ({ storage }) => {
      const key = newId('file');
      const { source, reached, letGo } = silentAfter(noise(300_000));
      const put = storage.blobs.put(key, source, { signal });
      await Promise.race([reached, put]);
      expect(await storage.blobs.get(key, { signal })).toBeNull();
      expect(await storage.blobs.delete(key)).toBe(false);
      letGo();
      await put;
      expect(await contentOf(storage, key)).toHaveLength(600_000);
      await storage.blobs.delete(key);
    });

    it('can be read by many at once', async ({ storage }) => {
      const key = newId('file');
      const whole = noise(700_000);
      await storage.blobs.put(key, chunksOf(whole), { signal });
      const contents = await Promise.all(Array.from({ length: 20 }, () => contentOf(storage, key)));
      expect(contents.every((content) => content?.equals(whole))).toBe(true);
      await storage.blobs.delete(key);
    });

    it('is another one under a key that differs in capitals', async ({ storage }) => {
      const key = newId('file');
      await storage.blobs.put(key, chunksOf(Buffer.from('small')), { signal });
      await storage.blobs.put(key.toUpperCase(), chunksOf(Buffer.from('CAPITAL')), { signal });
      expect(String(await contentOf(storage, key))).toBe('small');
      expect(String(await contentOf(storage, key.toUpperCase()))).toBe('CAPITAL');
      expect(await storage.blobs.delete(key.toUpperCase())).toBe(true);
      expect(String(await contentOf(storage, key))).toBe('small');
      await storage.blobs.delete(key);
    });

    it.for(['', '.', '..', '../up', 'a/b', String.raw`a\b`, 'a\u0000', 'é', 'x'.repeat(129), '/etc/hostname', '%2e'])(
      'cannot have the key %j',
      async (key, { storage }) => {
        await expect(storage.blobs.put(key, chunksOf(noise(1)), { signal })).rejects.toMatchObject({
          code: 'invalid_request',
        });
        expect(await storage.blobs.get(key, { signal })).toBeNull();
        expect(await storage.blobs.delete(key)).toBe(false);
      },
    );
  });

  describe('a range of a blob', () => {
    it('is cut at its end, `bytes` and `sha256` are those of the whole', async ({ storage }) => {
      const key = newId('file');
      const whole = noise(600_001);
      const chunks = [whole.subarray(0, 1), whole.subarray(1, 300_000), whole.subarray(300_000)];
      await storage.blobs.put(key, chunksOf(...chunks), { signal });
      const last = whole.byteLength;
      for (const [start, end] of [
        [0, 1],
        [0, last],
        [1, 2],
        [0, 300_000],
        [299_999, 300_001],
        [262_143, 262_145],
        [300_000, last],
        [last - 1, last],
        [last - 1, last + 100],
        [5, Number.MAX_SAFE_INTEGER],
        [7, 7],
        [last, last + 1],
        [last + 50, last + 60],
      ] as const) {
        const range = { start, end };
        expect(await storage.blobs.get(key, { signal, range })).toMatchObject({ bytes: last, sha256: sha256(whole) });
        expect((await contentOf(storage, key, range))?.equals(whole.subarray(start, end))).toBe(true);
      }
      await storage.blobs.delete(key);
    });

    it('of an empty blob is empty', async ({ storage }) => {
      const key = newId('file');
      await storage.blobs.put(key, chunksOf(), { signal });
      expect(await contentOf(storage, key, { start: 0, end: 10 })).toHaveLength(0);
      await storage.blobs.delete(key);
    });
  });

  describe('a put that does not succeed leaves nothing', () => {
    const untouched = async (storage: Storage, key: string): Promise<void> => {
      expect(await storage.blobs.get(key, { signal })).toBeNull();
      const whole = noise(1000, 2);
      expect(await storage.blobs.put(key, chunksOf(whole), { signal })).toMatchObject({ bytes: 1000 });
      expect((await contentOf(storage, key))?.equals(whole)).toBe(true);
      await storage.blobs.delete(key);
    };

    it('when it is aborted before it begins', async ({ storage }) => {
      const key = newId('file');
      const reason = new Error('never mind');
      const aborted = { signal: AbortSignal.abort(reason) };
      await expect(storage.blobs.put(key, chunksOf(noise(10)), aborted)).rejects.toBe(reason);
      await untouched(storage, key);
    });

    it('when it is aborted on the way', async ({ storage }) => {
      const key = newId('file');
      const reason = new Error('the client is gone');
      const controller = new AbortController();
      let given = 0;
      async function* source(): AsyncGenerator<Uint8Array> {
        for (; given < 1000; given++) {
          if (given === 10) controller.abort(reason);
          yield await Promise.resolve(noise(50_000));
        }
      }
      await expect(storage.blobs.put(key, source(), controller)).rejects.toBe(reason);
      expect(given).toBeLessThan(20);
      await untouched(storage, key);
    });

    it('when it is aborted while the source is silent, at once', async ({ storage }) => {
      const key = newId('file');
      const reason = new Error('the client is gone');
      const controller = new AbortController();
      const { source, reached, letGo } = silentAfter(noise(300_000));
      const put = storage.blobs.put(key, source, controller);
      await Promise.race([reached, put]);
      controller.abort(reason);
      await expect(put).rejects.toBe(reason);
      await untouched(storage, key);
      letGo();
      await sleep(20);
      expect(await storage.blobs.get(key, { signal })).toBeNull();
    });

    it('when the source throws, at its start or on the way', async ({ storage }) => {
      const reason = new Error('the connection broke');
      for (const count of [0, 1, 30]) {
        const key = newId('file');
        async function* source(): AsyncGenerator<Uint8Array> {
          for (let chunk = 0; chunk < count; chunk++) yield await Promise.resolve(noise(20_000));
          throw reason;
        }
        await expect(storage.blobs.put(key, source(), { signal })).rejects.toBe(reason);
        await untouched(storage, key);
      }
    });

    it('and costs nothing, fifty times in a row', async ({ storage }) => {
      const key = newId('file');
      const reason = new Error('the connection broke');
      for (let round = 0; round < 50; round++) {
        const controller = new AbortController();
        async function* source(): AsyncGenerator<Uint8Array> {
          yield await Promise.resolve(noise(100_000));
          if (round % 2 === 0) controller.abort(reason);
          else throw reason;
          yield noise(100_000);
        }
        await expect(storage.blobs.put(key, source(), controller)).rejects.toBe(reason);
      }
      await untouched(storage, key);
    });

    it('when the key exists, and leaves the blob there alone', async ({ storage }) => {
      const key = newId('file');
      const whole = noise(400_000);
      await storage.blobs.put(key, chunksOf(whole), { signal });
      await expect(storage.blobs.put(key, chunksOf(noise(10, 9)), { signal })).rejects.toMatchObject({
        code: 'conflict',
      });
      const aborted = { signal: AbortSignal.abort(new Error('never mind')) };
      await expect(storage.blobs.put(key, chunksOf(noise(10, 9)), aborted)).rejects.toBeInstanceOf(Error);
      expect((await contentOf(storage, key))?.equals(whole)).toBe(true);
      await storage.blobs.delete(key);
    });

    it('when another put of the key comes first: of eight, one is stored', async ({ storage }) => {
      const key = newId('file');
      const contents = Array.from({ length: 8 }, (_, index) => noise(150_000 + index, index + 1));
      const results = await Promise.allSettled(
        contents.map((content) =>
          storage.blobs.put(key, chunksOf(content.subarray(0, 100_000), content.subarray(100_000)), { signal }),
        ),
      );
      const winner = results.findIndex(({ status }) => status === 'fulfilled');
      const losers = results.filter((result) => result.status === 'rejected');
      expect(losers.map(({ reason }) => (reason as { code?: string }).code)).toEqual(
        Array.from({ length: 7 }, () => 'conflict'),
      );
      expect((await contentOf(storage, key))?.equals(contents[winner] ?? Buffer.alloc(0))).toBe(true);
      expect(await storage.blobs.get(key, { signal })).toMatchObject({ bytes: 150_000 + winner });
      await storage.blobs.delete(key);
    });
  });

  describe('a blob that is read', () => {
    it('throws the reason of its signal', async ({ storage }) => {
      const key = newId('file');
      await storage.blobs.put(key, chunksOf(...Array.from({ length: 40 }, () => noise(100_000))), { signal });
      const reason = new Error('the client is gone');
      const controller = new AbortController();
      const blob = await storage.blobs.get(key, controller);
      let received = 0;
      const read = async (): Promise<void> => {
        for await (const chunk of blob?.content ?? []) {
          received += chunk.byteLength;
          controller.abort(reason);
        }
      };
      await expect(read()).rejects.toBe(reason);
      expect(received).toBeLessThan(4_000_000);
      const aborted = { signal: AbortSignal.abort(reason) };
      const readNothing = async (): Promise<void> => {
        const never = await storage.blobs.get(key, aborted);
        for await (const chunk of never?.content ?? []) received += chunk.byteLength;
      };
      await expect(readNothing()).rejects.toBe(reason);
      await storage.blobs.delete(key);
    });

    it('may be left unread or after its first chunk, many times', async ({ storage }) => {
      const key = newId('file');
      await storage.blobs.put(key, chunksOf(...Array.from({ length: 20 }, () => noise(100_000))), { signal });
      for (let round = 0; round < 50; round++) {
        const blob = await storage.blobs.get(key, { signal });
        if (round % 2 === 0) continue;
        for await (const chunk of blob?.content ?? []) {
          expect(chunk.byteLength).toBeGreaterThan(0);
          break;
        }
      }
      expect(await contentOf(storage, key)).toHaveLength(2_000_000);
      await storage.blobs.delete(key);
    });

    it('and deleted meanwhile is finished or fails, and never has other bytes', async ({ storage }) => {
      const key = newId('file');
      const whole = Buffer.concat(Array.from({ length: 40 }, (_, index) => noise(100_000, index + 1)));
      const other = Buffer.alloc(whole.byteLength, 7);
      await storage.blobs.put(key, chunksOf(whole), { signal });
      const blob = await storage.blobs.get(key, { signal });
      const received: Uint8Array[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of blob?.content ?? []) {
          if (received.length === 0) {
            expect(await storage.blobs.delete(key)).toBe(true);
            await storage.blobs.put(key, chunksOf(other), { signal });
          }
          received.push(chunk);
        }
      };
      await read().catch(() => {});
      const bytes = Buffer.concat(received);
      expect(bytes.equals(whole.subarray(0, bytes.byteLength))).toBe(true);
      expect((await contentOf(storage, key))?.equals(other)).toBe(true);
      await storage.blobs.delete(key);
    });
  });
}
