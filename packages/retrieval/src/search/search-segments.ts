import type { SegmentHit, SegmentSearch } from '@cogitator-ai/openai-engine';
import { SegmentError } from '../segments/segment-error.ts';
import { MAX_ROWS } from './arena.ts';
import { BestHits, compareChunks, type ScoredChunk } from './best-hits.ts';
import type { CachedSegment } from './cached-segment.ts';
import { fuseByRank, joinByScore } from './fuse-lists.ts';
import { inParallel } from './in-parallel.ts';
import type { QuantisedQuery } from './quantise-query.ts';
import { readTexts } from './read-texts.ts';
import { scanVectors, type Slice } from './scan-vectors.ts';
import type { SegmentCache } from './segment-cache.ts';
import { termHash } from './term-hash.ts';
import { createTermReader } from './terms.ts';
import type { Turns } from './turns.ts';
import { WordMatches } from './word-matches.ts';

/** Segments that one search waits for at a time. */
const MAX_LOADS = 16;
/** How many chunks each of the lists that are fused has: so many times the limit, and not fewer than that. */
const LIST_FACTOR = 4;
const MIN_LIST = 100;
/** Terms of a query that are looked for; the rest of it is left out. */
const MAX_TERMS = 256;

export interface SearchContext {
  readonly cache: SegmentCache;
  readonly turns: Turns;
  /** Told of segments that cannot be read, which are left out. */
  readonly onDamage: (key: string, error: SegmentError) => void;
}

/** One of the queries of a search. */
interface Query {
  /** Hashes of its terms, each once. */
  readonly terms: readonly number[];
  readonly vector: QuantisedQuery | null;
  readonly near: BestHits;
}

/**
 * Searches segments.
 *
 * @param vectors - Of the queries; `null`: words alone count.
 * @throws what the source throws; the signal's reason.
 */
export async function searchSegments(
  context: SearchContext,
  { segments, source, queries: texts, limit, ranking }: SegmentSearch,
  { vectors, signal }: { vectors: readonly QuantisedQuery[] | null; signal: AbortSignal },
): Promise<SegmentHit[]> {
  const { cache, turns, onDamage } = context;
  const { weights, scoreThreshold } = ranking;
  const byMeaning = vectors !== null && weights.embedding > 0;
  const byWords = weights.text > 0 || !byMeaning;
  const isFused = byMeaning && byWords;
  const listed = isFused ? Math.max(MIN_LIST, limit * LIST_FACTOR) : limit;
  const readTerms = createTermReader();
  const queries = texts.map((text, index): Query => {
    const terms = [...new Set(readTerms(text).map(termHash))].slice(0, MAX_TERMS);
    return { terms, vector: byMeaning ? (vectors[index] ?? null) : null, near: new BestHits(listed) };
  });
  const matches = new WordMatches(queries.flatMap(({ terms }) => terms));

  await eachSlice(context, { segments, source, signal }, (slice) => {
    const { segment, first } = slice;
    let isScanned = false;
    for (const { vector, near } of queries) {
      if (!vector || !isComparable(segment, vector)) continue;
      scanVectors(cache.arena, slice, vector, near);
      isScanned = true;
    }
    // What has no vectors takes part by its words.
    if (first === 0 && (byWords || !isScanned)) matches.add(cache.arena, slice);
  });

  const best = new Map<string, ScoredChunk>();
  for (const { terms, near } of queries) {
    signal.throwIfAborted();
    const found = new BestHits(listed);
    await matches.score(terms, found, turns);
    const lists = { vectors: near.chunks, words: found.chunks };
    for (const scored of isFused ? fuseByRank(lists, weights) : joinByScore(lists)) {
      const name = `${scored.segment}/${scored.chunk}`;
      if (scored.score > (best.get(name)?.score ?? -1)) best.set(name, scored);
    }
  }
  const hits = [...best.values()]
    .filter(({ score }) => score >= scoreThreshold)
    .sort(compareChunks)
    .slice(0, limit)
    .map(({ segment, chunk, score }) => ({ segment: segments[segment] as string, chunk, score: Math.min(1, score) }));
  return readTexts(hits, { cache, source, signal, onDamage });
}

function isComparable({ hasVectors, counts }: CachedSegment, { dimensions }: QuantisedQuery): boolean {
  return hasVectors && counts.dimensions === dimensions;
}

/** Looks at each segment that is there: first at those in the cache, so that the others do not push them out before. */
async function eachSlice(
  { cache, turns, onDamage }: SearchContext,
  { segments, source, signal }: Pick<SegmentSearch, 'segments' | 'source'> & { signal: AbortSignal },
  look: (slice: Slice) => void,
): Promise<void> {
  const lookAndRelease = async (segment: CachedSegment, ordinal: number): Promise<void> => {
    try {
      for (let first = 0; first < segment.counts.chunks; first += MAX_ROWS) {
        if (turns.isOver()) await turns.next();
        signal.throwIfAborted();
        look({ segment, ordinal, first });
      }
    } finally {
      cache.release(segment);
    }
  };
  const missing: { key: string; ordinal: number }[] = [];
  for (const [ordinal, key] of segments.entries()) {
    if (turns.isOver()) await turns.next();
    signal.throwIfAborted();
    const segment = cache.take(key);
    if (!segment) missing.push({ key, ordinal });
    else if (segment.counts.chunks > MAX_ROWS) await lookAndRelease(segment, ordinal);
    else {
      // There are many of them: each that is waited for costs as much as it takes to scan some chunks.
      try {
        look({ segment, ordinal, first: 0 });
      } finally {
        cache.release(segment);
      }
    }
  }
  await inParallel(missing, { limit: MAX_LOADS, signal }, async ({ key, ordinal }, either) => {
    let segment: CachedSegment | null = null;
    try {
      segment = await cache.load(key, source, either);
    } catch (error) {
      if (!(error instanceof SegmentError)) throw error;
      onDamage(key, error);
    }
    if (segment) await lookAndRelease(segment, ordinal);
  });
}
