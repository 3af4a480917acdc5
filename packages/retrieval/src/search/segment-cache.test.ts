import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cacheOf, randomNumbers, randomVector, searchAll, StoredSegments } from '../../test/stored-segments.ts';
import type { CachedSegment } from './cached-segment.ts';
import type { SegmentCache } from './segment-cache.ts';

const signal = AbortSignal.timeout(60_000);
const MIB = 2 ** 20;

async function storeOf(segments: number, chunks: number): Promise<StoredSegments> {
  const source = new StoredSegments();
  const random = randomNumbers(segments);
  for (let segment = 0; segment < segments; segment++) {
    const texts = Array.from({ length: chunks }, (_, chunk) => `query s${segment} c${chunk}`);
    await source.add(
      `s${segment}`,
      texts,
      texts.map(() => randomVector(256, random)),
    );
  }
  return source;
}

async function loadAndRelease(cache: SegmentCache, source: StoredSegments, key: string): Promise<void> {
  const segment = await cache.load(key, source, signal);
  if (segment) cache.release(segment);
}

describe('the cache', () => {
  it('reads a segment once', async () => {
    const source = await storeOf(1, 5);
    const cache = cacheOf();
    await loadAndRelease(cache, source, 's0');
    await loadAndRelease(cache, source, 's0');
    expect(source.opened).toBe(1);
  });

  it('reads a segment once for all who want it at the same time', async () => {
    const source = await storeOf(1, 5);
    source.delay = () => setTimeout(10);
    const cache = cacheOf();
    const all = await Promise.all(Array.from({ length: 50 }, () => cache.load('s0', source, signal)));
    expect(new Set(all).size).toBe(1);
    expect(source.opened).toBe(1);
  });

  it('goes on reading for the others when one of them gives up, and stops when all have', async () => {
    const source = await storeOf(1, 5);
    const aborted: string[] = [];
    let go = (): void => {};
    source.delay = () => new Promise((resolve) => (go = resolve));
    const open = source.open.bind(source);
    source.open = (key, options) => {
      options.signal.addEventListener('abort', () => aborted.push(key));
      return open(key, options);
    };
    const cache = cacheOf();
    const [first, second] = [new AbortController(), new AbortController()];
    const given = [cache.load('s0', source, first.signal), cache.load('s0', source, second.signal)];
    await setTimeout(5);
    first.abort(new Error('one'));
    await expect(given[0]).rejects.toThrow('one');
    expect(aborted).toEqual([]);
    go();
    expect(await given[1]).toMatchObject({ key: 's0' });

    const third = new AbortController();
    const other = cacheOf().load('s0', source, third.signal);
    await setTimeout(5);
    third.abort(new Error('three'));
    await expect(other).rejects.toThrow('three');
    expect(aborted).toEqual(['s0']);
    go();
  });

  it('reads sixteen segments at a time', async () => {
    const source = await storeOf(60, 2);
    source.delay = () => setTimeout(5);
    await Promise.all([searchAll(source, {}), searchAll(source, { segments: [...source.blobs.keys()].toReversed() })]);
    expect(source.maxReading).toBe(32);
    const cache = cacheOf();
    source.maxReading = 0;
    await Promise.all([1, 2, 3].map(() => searchAll(source, { cache })));
    expect(source.maxReading).toBe(16);
  });

  it(
    'never has more than its limit, and finds the same, while many search more than it holds',
    { timeout: 30_000 },
    async () => {
      const source = await storeOf(120, 100);
      const total = [...source.blobs.values()].reduce((sum, { length }) => sum + length, 0);
      const limit = 2 * MIB;
      expect(total).toBeGreaterThan(3 * limit);
      const vectors = [randomVector(256, randomNumbers(7))];
      const expected = await searchAll(source, { vectors });
      const cache = cacheOf(limit);
      let most = 0;
      source.delay = async () => {
        most = Math.max(most, cache.bytes);
      };
      for (let round = 0; round < 2; round++) {
        const found = await Promise.all([1, 2, 3, 4].map(() => searchAll(source, { cache, vectors })));
        for (const hits of found) expect(hits).toEqual(expected);
      }
      expect(cache.bytes).toBeLessThanOrEqual(limit);
      expect(most).toBeLessThanOrEqual(limit);
      expect(most).toBeGreaterThan(limit / 2);
    },
  );

  it('drops what was not used for longest', async () => {
    const source = await storeOf(60, 40);
    const cache = cacheOf(MIB);
    for (let index = 0; index < 60; index++) {
      await loadAndRelease(cache, source, `s${index}`);
      await loadAndRelease(cache, source, 's0');
    }
    expect(cache.has('s0')).toBe(true);
    expect(cache.has('s1')).toBe(false);
    expect(cache.has('s59')).toBe(true);
  });

  it('keeps what is used, and has others wait until it is not', async () => {
    const source = await storeOf(60, 40);
    const cache = cacheOf(MIB);
    const held: CachedSegment[] = [];
    const controller = new AbortController();
    const loads = Array.from({ length: 60 }, (_, index) =>
      cache.load(`s${index}`, source, controller.signal).then((segment) => held.push(segment!)),
    );
    await setTimeout(100);
    const fitting = held.length;
    expect(fitting).toBeGreaterThan(5);
    expect(fitting).toBeLessThan(60);
    for (const segment of held.splice(0)) cache.release(segment);
    await setTimeout(100);
    expect(held.length).toBeGreaterThan(5);
    controller.abort(new Error('enough'));
    const results = await Promise.allSettled(loads);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(fitting + held.length);
    // All of it comes back.
    for (const segment of held) cache.release(segment);
    for (let index = 0; index < 60; index++) await loadAndRelease(cache, source, `s${index}`);
  });

  it('gives back the memory of loads that failed', async () => {
    const source = await storeOf(2, 100);
    const cache = cacheOf(MIB);
    const whole = source.blobs.get('s0')!;
    source.blobs.set('s0', whole.slice(0, whole.length / 3));
    for (let round = 0; round < 30; round++)
      await expect(cache.load('s0', source, signal)).rejects.toThrow('The segment is cut off.');
    await loadAndRelease(cache, source, 's1');
    expect(cache.bytes).toBeLessThanOrEqual(MIB);
  });

  it('says what is larger than it', async () => {
    const source = await storeOf(1, 2000);
    await expect(cacheOf(MIB).load('s0', source, signal)).rejects.toThrow('The segment is larger than the cache.');
  });
});
