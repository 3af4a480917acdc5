import { describe, expect, it } from 'vitest';
import { fuseByRank, joinByScore } from './fuse-lists.ts';

const found = (chunk: number, score: number) => ({ segment: 0, chunk, score });

describe('lists fused by rank', () => {
  const vectors = [found(1, 0.9), found(2, 0.8), found(3, 0.7)];
  const words = [found(1, 0.3), found(4, 0.2), found(2, 0.1)];
  const scoreOf = (embedding: number, text: number): Record<number, number> =>
    Object.fromEntries(fuseByRank({ vectors, words }, { embedding, text }).map(({ chunk, score }) => [chunk, score]));

  it('give 1 to what is first in both', () => {
    expect(scoreOf(1, 1)[1]).toBe(1);
    expect(scoreOf(3, 0.5)[1]).toBeCloseTo(1, 12);
  });

  it('count places, and nothing but places', () => {
    const scores = scoreOf(1, 1);
    expect(scores[2]).toBeCloseTo((61 / 62 + 61 / 63) / 2, 12);
    expect(scores[3]).toBeCloseTo(61 / 63 / 2, 12);
    expect(scores[4]).toBeCloseTo(61 / 62 / 2, 12);
  });

  it('count as much as their weights', () => {
    const scores = scoreOf(3, 1);
    expect(scores[3]).toBeCloseTo((0.75 * 61) / 63, 12);
    expect(scores[4]).toBeCloseTo((0.25 * 61) / 62, 12);
  });
});

it('keeps the scores of lists that have different chunks, from 0 to 1', () => {
  const joined = joinByScore({ vectors: [found(1, 1.0000001), found(2, -0.2)], words: [found(3, 0.5)] });
  expect(joined.map(({ score }) => score)).toEqual([1, 0, 0.5]);
});
