import { expect, it } from 'vitest';
import { randomNumbers, searchAll, StoredSegments } from '../../test/stored-segments.ts';
import { createTermReader } from './terms.ts';

const K1 = 1.2;
const B = 0.75;
const termsOf = createTermReader();

/** BM25 as it is written down. @returns The score of each text that has a term of the query. */
function bm25(texts: readonly string[], query: string): Map<string, number> {
  const documents = texts.map((text) => termsOf(text));
  const mean = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length;
  const scores = new Map<string, number>();
  let most = 0;
  for (const term of new Set(termsOf(query))) {
    const having = documents.filter((terms) => terms.includes(term)).length;
    const idf = Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
    most += idf * (K1 + 1);
    for (const [index, terms] of documents.entries()) {
      const frequency = terms.filter((each) => each === term).length;
      if (frequency === 0) continue;
      const part = (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * terms.length) / mean));
      scores.set(texts[index]!, (scores.get(texts[index]!) ?? 0) + idf * part);
    }
  }
  return new Map([...scores].map(([text, score]) => [text, score / most]));
}

it('scores as the formula says, over all segments', async () => {
  const random = randomNumbers(1);
  const wordOf = (): string => `w${Math.floor(random() ** 3 * 300)}`;
  const texts = Array.from({ length: 400 }, (_, index) =>
    [`id${index}`, ...Array.from({ length: 5 + Math.floor(random() * 80) }, wordOf)].join(' '),
  );
  const source = new StoredSegments();
  for (let at = 0; at < texts.length; at += 37) await source.add(`s${at}`, texts.slice(at, at + 37));
  for (let round = 0; round < 8; round++) {
    const query = [wordOf(), wordOf(), wordOf(), 'missing', `id${round}`].join(' ');
    const expected = bm25(texts, query);
    const hits = await searchAll(source, { queries: [query], limit: 400 });
    expect(hits).toHaveLength(expected.size);
    for (const { text, score } of hits) expect(score).toBeCloseTo(expected.get(text)!, 10);
    expect(hits.map(({ score }) => score)).toEqual(
      [...expected.values()].sort((a, b) => b - a).map((score) => expect.closeTo(score, 10)),
    );
  }
});

it('is not impressed by words that all have', async () => {
  const source = new StoredSegments();
  const common = Array.from({ length: 20 }, (_, index) => `the page ${index} of a book`);
  await source.add('a', ['the the the of of of a a a', 'the manual of the compressor', ...common]);
  const [first, second] = await searchAll(source, { queries: ['the compressor of the a'] });
  expect(first).toMatchObject({ chunk: 1 });
  expect(first!.score).toBeGreaterThan(2 * second!.score);
});

it('finds nothing for a query without words', async () => {
  const source = new StoredSegments();
  await source.add('a', ['one', 'two']);
  expect(await searchAll(source, { queries: ['?!'] })).toEqual([]);
});

it('counts a term of more than 255 occurrences', async () => {
  const source = new StoredSegments();
  await source.add('a', ['word '.repeat(1000), 'word other']);
  expect(await searchAll(source, { queries: ['word'] })).toHaveLength(2);
});
