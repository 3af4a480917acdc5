import { describe, expect, it } from 'vitest';
import {
  cacheOf,
  cosine,
  normalised,
  randomNumbers,
  randomVector,
  searchAll,
  StoredSegments,
} from '../../test/stored-segments.ts';

/** How far a similarity may be from that of 32-bit numbers. */
const PRECISION = 2e-5;
const BY_MEANING = { scoreThreshold: -1, weights: { embedding: 1, text: 0 } };

/** Stores vectors, so many in a segment. */
async function store(vectors: readonly Float32Array[], size: number): Promise<StoredSegments> {
  const source = new StoredSegments();
  for (let at = 0; at < vectors.length; at += size) {
    const rows = vectors.slice(at, at + size);
    await source.add(
      `s${String(at).padStart(6, '0')}`,
      rows.map((_, row) => `${at + row}`),
      rows,
    );
  }
  return source;
}

async function expectExact(
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
  size: number,
): Promise<void> {
  const source = await store(vectors, size);
  const cache = cacheOf();
  for (const query of queries) {
    const scores = vectors.map((vector) => cosine(vector, query));
    const best = scores
      .map((score, index) => ({ score, index }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10);
    const hits = await searchAll(source, { cache, vectors: [query], ranking: BY_MEANING });
    // Of two that differ by less than 16 bits can tell, either may be first.
    for (const [place, { score, text }] of hits.entries()) {
      for (const exact of [best[place]!.score, scores[Number(text)]!])
        expect(Math.abs(score - Math.max(0, exact))).toBeLessThan(PRECISION);
    }
    expect(hits).toHaveLength(10);
    const tenth = best.at(-1)!.score;
    const certain = best.filter(({ score }) => score > tenth + 2 * PRECISION).map(({ index }) => `${index}`);
    expect(hits.map(({ text }) => text)).toEqual(expect.arrayContaining(certain));
  }
}

describe('the chunks nearest to a query', () => {
  it.each([1, 5, 16, 100, 768])(
    'are those of a comparison with all, of %i dimensions',
    { timeout: 30_000 },
    async (dimensions) => {
      const random = randomNumbers(dimensions);
      const vectors = Array.from({ length: 3000 }, () => randomVector(dimensions, random));
      const queries = Array.from({ length: 20 }, () => randomVector(dimensions, random));
      await expectExact(vectors, queries, 130);
    },
  );

  it('are those of a comparison with all where many are alike', { timeout: 30_000 }, async () => {
    const random = randomNumbers(2);
    const near = (vector: Float32Array): Float32Array =>
      normalised(vector.map((value) => value + (random() - 0.5) * 0.002));
    const centres = Array.from({ length: 5 }, () => randomVector(256, random));
    const vectors = Array.from({ length: 5000 }, (_, index) => near(centres[index % 5]!));
    await expectExact(vectors, [...centres, ...centres.map(near)], 700);
  });

  it('are those of a comparison with all where few values count', { timeout: 30_000 }, async () => {
    const random = randomNumbers(3);
    const sparse = (): Float32Array => {
      const vector = new Float32Array(256);
      for (let left = 6; left > 0; left--) vector[Math.floor(random() * 256)]! += random() - 0.5;
      return normalised(vector);
    };
    await expectExact(Array.from({ length: 4000 }, sparse), Array.from({ length: 20 }, sparse), 500);
  });

  it('are found in a segment of many rows', { timeout: 30_000 }, async () => {
    const random = randomNumbers(4);
    const vectors = Array.from({ length: 9000 }, () => randomVector(24, random));
    await expectExact(vectors, [randomVector(24, random), vectors[8999]!], 9000);
  });

  it('come in the order of segments and chunks where they are alike', async () => {
    const vector = Float32Array.of(0, 1);
    const source = await store(
      Array.from({ length: 40 }, () => vector),
      7,
    );
    const hits = await searchAll(source, { vectors: [vector], ranking: BY_MEANING, limit: 12 });
    expect(hits.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, index) => `${index}`));
    expect(hits[0]!.score).toBeCloseTo(1, 6);
  });

  it('never leave 32 bits', async () => {
    const dimensions = 16_384;
    const flat = normalised(new Float32Array(dimensions).fill(1));
    const source = await store([flat, flat.map((value) => -value)], 2);
    const [first] = await searchAll(source, { vectors: [flat], ranking: BY_MEANING });
    expect(first).toMatchObject({ chunk: 0, score: expect.closeTo(1, 4) });
  });
});
