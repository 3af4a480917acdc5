import { type Arena, MAX_ROWS } from './arena.ts';
import type { BestHits } from './best-hits.ts';
import type { CachedSegment } from './cached-segment.ts';
import type { QuantisedQuery } from './quantise-query.ts';
import type { Turns } from './turns.ts';

/**
 * How far the similarity by the high bytes may be from the true one, in units of a row's high bytes. Their rounding adds up to a
 * deviation of less than 0.3 of them for a query of length 1.
 */
const MARGIN = 2;

/** Offers the chunks of a segment by their cosine with a query; those that the high bytes rule out are not looked at closer. */
export async function scanVectors(
  { arena, turns }: { arena: Arena; turns: Turns },
  { segment, ordinal }: { segment: CachedSegment; ordinal: number },
  query: QuantisedQuery,
  best: BestHits,
): Promise<void> {
  const { counts, layout, start } = segment;
  for (let first = 0; first < counts.chunks; first += MAX_ROWS) {
    if (turns.isOver()) await turns.next();
    const count = Math.min(MAX_ROWS, counts.chunks - first);
    arena.setQuery(query.values);
    const products = arena.multiply(start + layout.high + first * layout.stride, count, layout.stride);
    const { floats, signed } = arena;
    const scalesAt = (start + layout.scales) / 4 + first;
    for (let index = 0; index < count; index++) {
      const scale = floats[scalesAt + index] as number;
      const unit = scale * 256;
      const near = (products[index] as number) * unit * query.scale;
      if (near + MARGIN * unit < best.worst) continue;
      const chunk = first + index;
      const row = start + chunk * layout.stride;
      const score = scale * exactProduct(signed, row + layout.high, row + layout.low, query.exact);
      if (score >= best.worst) best.offer({ segment: ordinal, chunk, score });
    }
  }
}

function exactProduct(signed: Int8Array, high: number, low: number, query: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < query.length; index++) {
    const value = (signed[high + index] as number) * 256 + (signed[low + index] as number);
    sum += value * (query[index] as number);
  }
  return sum;
}
