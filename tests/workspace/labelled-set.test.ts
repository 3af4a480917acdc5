import { expect, it } from 'vitest';
import { DOCUMENTS, QUESTIONS } from '../../benchmarks/src/retrieval/labelled/index.ts';
import { ndcgAt, recallAt } from '../../benchmarks/src/retrieval/labelled/metrics.ts';

const repeated = (values: readonly string[]): string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

it('has documents of some length, and enough of them', () => {
  expect(DOCUMENTS.length).toBeGreaterThanOrEqual(60);
  expect(DOCUMENTS.filter(({ text }) => text.split(/\s+/).length < 120)).toEqual([]);
});

it('has at least 200 questions, no two alike, most of them in other words than the answer', () => {
  expect(QUESTIONS.length).toBeGreaterThanOrEqual(200);
  expect(repeated(QUESTIONS.map(({ id }) => id))).toEqual([]);
  expect(repeated(QUESTIONS.map(({ text }) => text.toLowerCase()))).toEqual([]);
  const inOtherWords = QUESTIONS.filter(({ kind }) => kind === 'paraphrase' || kind === 'across');
  expect(inOtherWords.length / QUESTIONS.length).toBeGreaterThan(0.4);
});

it('names documents that exist, each once in a question, and asks for all of them', () => {
  const ids = DOCUMENTS.map(({ id }) => id);
  const asked = new Set(QUESTIONS.flatMap(({ relevant }) => relevant));
  expect([...asked].sort()).toEqual(ids);
  expect(QUESTIONS.filter(({ relevant }) => relevant.length === 0 || repeated(relevant).length > 0)).toEqual([]);
});

it('judges a ranking by how many it has, and by how early they come', () => {
  expect(recallAt(2, ['a', 'x', 'b'], ['a', 'b'])).toBe(0.5);
  expect(recallAt(2, ['a', 'a', 'b'], ['a', 'b'])).toBe(1);
  expect(recallAt(5, [], ['a'])).toBe(0);
  expect(ndcgAt(10, ['b', 'a', 'x'], ['a', 'b'])).toBe(1);
  expect(ndcgAt(10, ['x', 'a'], ['a'])).toBeCloseTo(1 / Math.log2(3));
  expect(ndcgAt(1, ['a', 'b'], ['a', 'b'])).toBe(1);
  expect(ndcgAt(2, ['x', 'y', 'a'], ['a'])).toBe(0);
});
