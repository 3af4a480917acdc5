import { describe, expect, it } from 'vitest';
import { readVectors } from './read-vectors.ts';

const read = (data: unknown, count: number, dimensions?: number) =>
  readVectors('It', { data }, { count, dimensions }).map((vector) => Array.from(vector));
const base64 = (...values: number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('base64');

describe('readVectors', () => {
  it('reads base64 and figures, and makes them of length 1', () => {
    expect(read([{ embedding: base64(0, 2) }, { embedding: [-3, 0] }], 2)).toEqual([
      [0, 1],
      [-1, 0],
    ]);
  });

  it('goes by the index, and by the position where there is none', () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: [1, 0] },
    ];
    expect(read(data, 2)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(read([{ embedding: [1, 0] }, { embedding: [0, 1] }], 2)[1]).toEqual([0, 1]);
  });

  it('leaves zeros as they are', () => {
    expect(read([{ embedding: [0, 0] }], 1)).toEqual([[0, 0]]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', { vectors: [] }, /list of vectors. Is its base URL right/],
    ['too few', [{ embedding: [1, 0] }], /gave 1 vectors for 2 texts/],
    ['too many', Array.from({ length: 3 }, () => ({ embedding: [1, 0] })), /gave 3 vectors for 2 texts/],
    ['one that is none', [{ embedding: [1, 0] }, null], /a vector that is none/],
    ['words', [{ embedding: [1, 0] }, { embedding: ['a', 'b'] }], /a vector that is none/],
    ['nothing', [{ embedding: [] }, { embedding: [] }], /a vector that is none/],
    ['half a number', [{ embedding: [1, 0] }, { embedding: 'AAAA' }], /a vector that is none/],
    ['what is no number', [{ embedding: [1, 0] }, { embedding: base64(1, Number.NaN) }], /a vector that is none/],
    ['one twice', Array.from({ length: 2 }, () => ({ index: 1, embedding: [1, 0] })), /numbers its vectors wrongly/],
    [
      'one beyond',
      [
        { index: 0, embedding: [1, 0] },
        { index: 2, embedding: [1, 0] },
      ],
      /numbers its vectors wrongly/,
    ],
    ['others', [{ embedding: [1, 0] }, { embedding: [1, 0, 0] }], /3 dimensions where 2 are expected/],
  ])('refuses %s', (_, data, message) => {
    expect(() => read(data, 2)).toThrow(expect.objectContaining({ name: 'EmbeddingError', retryable: false }));
    expect(() => read(data, 2)).toThrow(message);
  });

  it('refuses other dimensions than were asked for', () => {
    expect(() => read([{ embedding: [1, 0] }], 1, 3)).toThrow(/2 dimensions where 3 are expected/);
  });
});
