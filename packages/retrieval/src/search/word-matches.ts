import type { Arena } from './arena.ts';
import type { BestHits } from './best-hits.ts';
import type { CachedSegment } from './cached-segment.ts';
import { GrowingWords } from './growing-words.ts';
import { FREQUENCY_BITS } from './lexical-index.ts';
import type { Turns } from './turns.ts';

/** How soon further occurrences of a term count for little. */
const K1 = 1.2;
/** How much long chunks are held to their length. */
const B = 0.75;
const FREQUENCY_MASK = 2 ** FREQUENCY_BITS - 1;

/** The postings of one term, segment by segment. */
interface TermMatches {
  readonly postings: GrowingWords;
  /** The segments, as positions among those that were added. */
  readonly segments: number[];
  /** Where the postings of each of them end. */
  readonly ends: number[];
}

/**
 * What segments have of the terms of queries. Postings are copied, since how much a term counts for is known only when all segments
 * were seen, and the first may have left the memory by then.
 */
export class WordMatches {
  /** In the order of their hashes. */
  readonly #terms: readonly { readonly hash: number; readonly matches: TermMatches }[];
  readonly #byHash: ReadonlyMap<number, TermMatches>;
  readonly #ordinals: number[] = [];
  /** Where the chunks of each segment begin among all. */
  readonly #firstChunks: number[] = [];
  readonly #lengths = new GrowingWords();
  /** What a chunk's length does to its frequencies, once all are known. */
  #dampings: Float64Array | null = null;

  /** @param hashes - Of the terms of all queries. */
  constructor(hashes: Iterable<number>) {
    this.#terms = [...new Set(hashes)]
      .sort((a, b) => a - b)
      .map((hash) => ({ hash, matches: { postings: new GrowingWords(), segments: [], ends: [] } }));
    this.#byHash = new Map(this.#terms.map(({ hash, matches }) => [hash, matches]));
  }

  /** Notes what a segment has of them. */
  add({ words }: Arena, { segment, ordinal }: { readonly segment: CachedSegment; readonly ordinal: number }): void {
    const { counts, layout, start } = segment;
    const position = this.#ordinals.push(ordinal) - 1;
    this.#firstChunks.push(this.#lengths.length);
    const lengths = (start + layout.lengths) / 4;
    this.#lengths.add(words, lengths, lengths + counts.chunks);
    const hashes = (start + layout.hashes) / 4;
    const starts = (start + layout.starts) / 4;
    const postings = (start + layout.postings) / 4;
    for (const { hash, matches } of this.#terms) {
      const at = findHash(words, hash, hashes, hashes + counts.terms);
      if (at === null) continue;
      const term = starts + at - hashes;
      matches.postings.add(words, postings + (words[term] as number), postings + (words[term + 1] as number));
      matches.segments.push(position);
      matches.ends.push(matches.postings.length);
    }
  }

  /**
   * Offers the chunks that have a term of a query by their BM25, divided by the most that a chunk could have.
   *
   * @param hashes - Of the query's terms, each once.
   */
  async score(hashes: readonly number[], best: BestHits, turns: Turns): Promise<void> {
    const scores = new Float64Array(this.#lengths.length);
    let most = 0;
    for (const hash of hashes) {
      if (turns.isOver()) await turns.next();
      const matches = this.#byHash.get(hash) as TermMatches;
      const weight = this.#rarity(matches.postings.length) * (K1 + 1);
      most += weight;
      this.#addScores(scores, matches, weight);
    }
    for (const [position, segment] of this.#ordinals.entries()) {
      if (turns.isOver()) await turns.next();
      const first = this.#firstChunks[position] as number;
      const end = this.#firstChunks[position + 1] ?? scores.length;
      for (let index = first; index < end; index++) {
        const sum = scores[index] as number;
        if (sum === 0) continue;
        const score = Math.min(1, sum / most);
        if (score >= best.worst) best.offer({ segment, chunk: index - first, score });
      }
    }
  }

  #addScores(scores: Float64Array, { postings: { words }, segments, ends }: TermMatches, weight: number): void {
    const dampings = (this.#dampings ??= this.#dampingsOfAll());
    let at = 0;
    for (const [run, position] of segments.entries()) {
      const first = this.#firstChunks[position] as number;
      const end = ends[run] as number;
      for (; at < end; at++) {
        const posting = words[at] as number;
        const index = first + (posting >>> FREQUENCY_BITS);
        const frequency = posting & FREQUENCY_MASK;
        scores[index] = (scores[index] as number) + (weight * frequency) / (frequency + (dampings[index] as number));
      }
    }
  }

  /** The inverse document frequency of a term that so many chunks have. */
  #rarity(chunks: number): number {
    return Math.log(1 + (this.#lengths.length - chunks + 0.5) / (chunks + 0.5));
  }

  #dampingsOfAll(): Float64Array {
    const lengths = this.#lengths.words;
    let total = 0;
    for (const length of lengths) total += length;
    const mean = total / lengths.length;
    const dampings = new Float64Array(lengths.length);
    for (let index = 0; index < lengths.length; index++)
      dampings[index] = K1 * (1 - B + (B * (lengths[index] as number)) / mean);
    return dampings;
  }
}

/**
 * Position of a hash in an ascending part of an array, or `null`. Hashes are spread evenly, so that it is near where it would be if
 * they were quite even; further away each look is at memory that is not at hand.
 */
function findHash(words: Uint32Array, hash: number, start: number, end: number): number | null {
  let low = start + Math.floor((hash / 2 ** 32) * (end - start));
  let high = low;
  for (let reach = 16; low > start && (words[low - 1] as number) >= hash; reach *= 2)
    low = Math.max(start, low - reach);
  for (let reach = 16; high < end && (words[high] as number) < hash; reach *= 2) high = Math.min(end, high + reach);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  return low < end && words[low] === hash ? low : null;
}
