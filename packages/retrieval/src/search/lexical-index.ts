import { termHash } from './term-hash.ts';
import { createTermReader } from './terms.ts';
import type { Turns } from './turns.ts';

/** A posting has 8 bits for how often a term is in a chunk, the rest for the chunk's number. */
export const FREQUENCY_BITS = 8;
const MAX_FREQUENCY = 2 ** FREQUENCY_BITS - 1;

/** Which chunks have which terms. */
export interface LexicalIndex {
  /** How many terms each chunk has. */
  readonly lengths: Uint32Array;
  /** Of each term, ascending. Two terms of one hash count as one. */
  readonly hashes: Uint32Array;
  /** Position of each term's first posting; one more, for the end. */
  readonly starts: Uint32Array;
  /** Chunk and frequency, `chunk << FREQUENCY_BITS | frequency`; of each term ascending. Frequencies above 255 are 255. */
  readonly postings: Uint32Array;
}

/** @param texts - Of the chunks, fewer than 2²⁴. */
export async function buildLexicalIndex(texts: readonly string[], turns: Turns): Promise<LexicalIndex> {
  const readTerms = createTermReader();
  const lengths = new Uint32Array(texts.length);
  const postingsOf = new Map<number, number[]>();
  for (const [chunk, text] of texts.entries()) {
    if (turns.isOver()) await turns.next();
    const terms = readTerms(text);
    lengths[chunk] = terms.length;
    for (const [hash, frequency] of frequenciesOf(terms)) {
      // By multiplication: a shift would make it negative.
      const posting = chunk * 2 ** FREQUENCY_BITS + Math.min(frequency, MAX_FREQUENCY);
      const postings = postingsOf.get(hash);
      if (postings) postings.push(posting);
      else postingsOf.set(hash, [posting]);
    }
  }
  return { lengths, ...(await joinPostings(postingsOf, turns)) };
}

async function joinPostings(
  postingsOf: ReadonlyMap<number, readonly number[]>,
  turns: Turns,
): Promise<Omit<LexicalIndex, 'lengths'>> {
  const hashes = Uint32Array.from(postingsOf.keys()).sort();
  const starts = new Uint32Array(hashes.length + 1);
  for (const [term, hash] of hashes.entries())
    starts[term + 1] = (starts[term] as number) + (postingsOf.get(hash) as readonly number[]).length;
  const postings = new Uint32Array(starts.at(-1) as number);
  for (const [term, hash] of hashes.entries()) {
    if (turns.isOver()) await turns.next();
    postings.set(postingsOf.get(hash) as readonly number[], starts[term]);
  }
  return { hashes, starts, postings };
}

/** How often each term occurs, by its hash. */
function frequenciesOf(terms: readonly string[]): Map<number, number> {
  const frequencies = new Map<number, number>();
  for (const term of terms) {
    const hash = termHash(term);
    frequencies.set(hash, (frequencies.get(hash) ?? 0) + 1);
  }
  return frequencies;
}
