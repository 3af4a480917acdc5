import type { Embedder } from '../embedder.ts';
import { type QuantisedQuery, quantiseQuery } from './quantise-query.ts';

/** How long a search waits for the vectors of its queries, in ms. */
const EMBEDDING_MS = 10_000;

/**
 * The vectors of queries.
 *
 * @param options.onFailure - Told why there are none.
 * @returns `null` when they cannot be had.
 * @throws the signal's reason.
 */
export async function embedQueries(
  embedder: Embedder,
  queries: readonly string[],
  { signal, onFailure }: { signal: AbortSignal; onFailure: (error: unknown) => void },
): Promise<QuantisedQuery[] | null> {
  try {
    const vectors = await embedder.embed(queries, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(EMBEDDING_MS)]),
    });
    return vectors.map(quantiseQuery);
  } catch (error) {
    signal.throwIfAborted();
    onFailure(error);
    return null;
  }
}
