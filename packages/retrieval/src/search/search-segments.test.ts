import { describe, expect, it, vi } from 'vitest';
import { cacheOf, searchAll, segmentOf, StoredSegments } from '../../test/stored-segments.ts';

const at = (...values: number[]): Float32Array => Float32Array.from(values);
const ranking = (embedding: number, text: number, scoreThreshold = 0) => ({
  scoreThreshold,
  weights: { embedding, text },
});

/** `near` is nearest to the query's vector, `named` has its word, `both` has both, but less. */
async function threeFiles(): Promise<StoredSegments> {
  const source = new StoredSegments();
  await source.add('near', ['alpha'], [at(1, 0)]);
  await source.add('named', ['query query'], [at(0, 1)]);
  await source.add('both', ['query beta gamma delta epsilon'], [at(0.8, 0.6)]);
  return source;
}

describe('a search', () => {
  it('finds by meaning and by words', async () => {
    const source = await threeFiles();
    await source.add('others', ['zeta', 'eta', 'theta'], [at(0.6, 0.8), at(0.7, 0.714), at(0.5, 0.866)]);
    const hits = await searchAll(source, { vectors: [at(1, 0)] });
    expect(hits.slice(0, 3).map(({ segment }) => segment)).toEqual(['both', 'named', 'near']);
    expect(hits[0]).toEqual({
      segment: 'both',
      chunk: 0,
      text: 'query beta gamma delta epsilon',
      score: expect.closeTo(61 / 62, 12),
    });
  });

  it('finds by meaning alone', async () => {
    const hits = await searchAll(await threeFiles(), { vectors: [at(1, 0)], ranking: ranking(1, 0) });
    expect(hits.map(({ segment, score }) => [segment, Number(score.toFixed(4))])).toEqual([
      ['near', 1],
      ['both', 0.8],
      ['named', 0],
    ]);
  });

  it('finds by words alone, where words alone count or there are no vectors', async () => {
    const source = await threeFiles();
    const byWords = await searchAll(source, { vectors: [at(1, 0)], ranking: ranking(0, 1) });
    expect(byWords.map(({ segment }) => segment)).toEqual(['named', 'both']);
    expect(await searchAll(source, { vectors: null })).toEqual(byWords);
    expect(await searchAll(source, { vectors: null, ranking: ranking(1, 0) })).toEqual(byWords);
  });

  it('finds what has no vectors, or others, by its words', async () => {
    const source = await threeFiles();
    await source.add('old', ['an old query']);
    await source.add('other', ['another query'], [at(1, 0, 0)]);
    for (const weights of [ranking(1, 1), ranking(1, 0)]) {
      const hits = await searchAll(source, { vectors: [at(1, 0)], ranking: weights });
      expect(hits.map(({ segment }) => segment)).toEqual(expect.arrayContaining(['old', 'other', 'near']));
    }
  });

  it('gives each chunk its best score of several queries', async () => {
    const source = await threeFiles();
    const queries = ['alpha', 'query'];
    const both = await searchAll(source, { queries });
    const [alpha, query] = await Promise.all(queries.map((each) => searchAll(source, { queries: [each] })));
    expect(both).toHaveLength(3);
    for (const hit of both) expect([...alpha!, ...query!]).toContainEqual(hit);
  });

  it('leaves out what scores less than the threshold, and what is over the limit', async () => {
    const source = await threeFiles();
    const options = { vectors: [at(1, 0)] };
    expect(await searchAll(source, { ...options, ranking: ranking(1, 0, 0.79) })).toHaveLength(2);
    expect(await searchAll(source, { ...options, limit: 1 })).toHaveLength(1);
  });

  it('is in the order of segments where scores are alike', async () => {
    const source = new StoredSegments();
    for (const key of ['b', 'a', 'c']) await source.add(key, ['query']);
    const segments = ['c', 'a', 'b'];
    const hits = await searchAll(source, { segments });
    expect(hits.map(({ segment }) => segment)).toEqual(segments);
  });

  it('reads the texts of hits, whether they are in the cache or not', async () => {
    const source = new StoredSegments();
    const texts = Array.from({ length: 60 }, (_, index) => `query ${index} ${'word '.repeat(3000)}🎉${index}`);
    await source.add('large', texts);
    await source.add('small', ['query']);
    expect(source.blobs.get('large')!.length).toBeGreaterThan(2 ** 19);
    const hits = await searchAll(source, { queries: ['query 17', '42'], limit: 100 });
    expect(hits).toHaveLength(61);
    for (const { segment, chunk, text } of hits) expect(text).toBe(segment === 'large' ? texts[chunk] : 'query');
    expect(source.maxReading).toBeLessThanOrEqual(16);
  });

  it('goes on without segments that are gone', async () => {
    const source = await threeFiles();
    const segments = ['gone', ...source.blobs.keys()];
    expect(await searchAll(source, { segments })).toHaveLength(2);
  });

  it('goes on without segments that are gone when their texts are read', async () => {
    const source = new StoredSegments();
    await source.add('large', ['query '.repeat(100_000)]);
    const cache = cacheOf();
    expect(await searchAll(source, { cache })).toHaveLength(1);
    source.blobs.clear();
    expect(await searchAll(source, { cache, segments: ['large'] })).toEqual([]);
  });

  it('goes on without segments that are damaged, and tells', async () => {
    const source = await threeFiles();
    const bytes = await segmentOf(['query']);
    bytes[bytes.length - 20]! ^= 1;
    source.blobs.set('damaged', bytes);
    const onDamage = vi.fn<(key: string, error: Error) => void>();
    expect(await searchAll(source, { onDamage })).toHaveLength(2);
    expect(onDamage.mock.calls.map(([key, { message }]) => [key, message])).toEqual([
      ['damaged', 'The segment is damaged.'],
    ]);
  });

  it('fails as its source does', async () => {
    const source = await threeFiles();
    source.delay = () => Promise.reject(new Error('The store is away.'));
    await expect(searchAll(source, {})).rejects.toThrow('The store is away.');
  });

  it('ends when it is aborted while segments are read', async () => {
    const source = await threeFiles();
    const controller = new AbortController();
    source.delay = () => new Promise(() => {});
    const search = searchAll(source, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(search).rejects.toThrow('enough');
  });
});
