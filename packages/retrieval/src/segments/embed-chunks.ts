import { IngestionError } from '@cogitator-ai/openai-engine';
import type { Embedder } from '../embedder.ts';
import type { Chunk } from '../ingest/chunk.ts';
import { inParallel } from '../search/in-parallel.ts';
import type { Turns } from '../search/turns.ts';
import { quantiseVectors } from './quantise-vectors.ts';
import type { SegmentParts } from './write-segment.ts';

/** Chunks that are embedded in one call. */
const BATCH = 64;
/** Calls under way at a time. */
const MAX_CALLS = 2;

/**
 * The vectors of chunks.
 *
 * @throws `IngestionError` `server_error` when there are none to be had; the signal's reason.
 */
export async function embedChunks(
  embedder: Embedder,
  chunks: readonly Chunk[],
  { turns, signal }: { turns: Turns; signal: AbortSignal },
): Promise<SegmentParts['vectors']> {
  const vectors: Float32Array[] = [];
  const firsts = Array.from({ length: Math.ceil(chunks.length / BATCH) }, (_, index) => index * BATCH);
  try {
    await inParallel(firsts, { limit: MAX_CALLS, signal }, async (first, either) => {
      const texts = chunks.slice(first, first + BATCH).map(({ text }) => text);
      const answer = await embedder.embed(texts, { signal: either });
      if (answer.length !== texts.length) throw new Error(`${answer.length} vectors for ${texts.length} texts.`);
      for (const [index, vector] of answer.entries()) vectors[first + index] = vector;
    });
    return { embedding: embedder.name, ...(await quantiseVectors(vectors, turns)) };
  } catch (error) {
    signal.throwIfAborted();
    throw new IngestionError('server_error', 'The file could not be embedded.', { cause: error });
  }
}
