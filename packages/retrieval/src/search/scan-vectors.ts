import { type Arena, MAX_ROWS } from './arena.ts';
import type { BestHits } from './best-hits.ts';
import type { CachedSegment } from './cached-segment.ts';
import type { QuantisedQuery } from './quantise-query.ts';

/**
 * How far the similarity by the high bytes may be from the true one, in units of a row's high bytes. Their rounding adds up to a
 * deviation of less than 0.3 of them for a query of length 1.
 */
const MARGIN = 2;

/** Up to {@link MAX_ROWS} chunks of a segment. */
export interface Slice {
  readonly segment: CachedSegment;
  /** Position of the segment in the search. */
  readonly ordinal: number;
  /** The first of the chunks. */
  readonly first: number;
}

/** Offers chunks by their cosine with a query; of those that the high bytes rule out the low ones are not looked at. */
export function scanVectors(
  arena: Arena,
  { segment, ordinal, first }: Slice,
  query: QuantisedQuery,
  best: BestHits,
): void {
  const { counts, layout, start } = segment;
  const { stride } = layout;
  const count = Math.min(MAX_ROWS, counts.chunks - first);
  arena.setQuery(query.values);
  const products = arena.multiply(start + layout.high + first * stride, count, stride);
  const { floats } = arena;
  const scalesAt = (start + layout.scales) / 4 + first;
  const lowAt = start + layout.low + first * stride;
  const margin = (MARGIN * 256) / query.scale;
  let { worst } = best;
  for (let index = 0; index < count; index++) {
    const unit = (floats[scalesAt + index] as number) * query.scale;
    const high = (products[index] as number) * 256;
    if ((high + margin) * unit < worst) continue;
    const score = (high + arena.multiplyOne(lowAt + index * stride, stride)) * unit;
    if (score < worst) continue;
    best.offer({ segment: ordinal, chunk: first + index, score });
    worst = best.worst;
  }
}
