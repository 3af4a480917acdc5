import { ApiError, type Run } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { ModelError, type ModelToolCall } from '../ports/model-port.ts';
import { loadTokenCounter } from '../tokens/token-counter.ts';
import { type FoundChunk, searchStores } from '../vector-stores/search-stores.ts';
import { fileSearchOf, readQueries } from './file-search-function.ts';
import type { SearchAnswer } from './search-answer.ts';
import { storesOfRun } from './stores-of-run.ts';

/** Most chunks found, where the tool does not say. */
const DEFAULT_RESULTS = 20;
/** Most tokens of chunks that the model is given by one search. */
const MAX_TOKENS = 16_000;

/**
 * Answers a search that a run's model asks for. One that cannot be made is answered with the reason, for the model to read.
 *
 * @param number - The search's in its run.
 * @param signal - Ends it.
 * @throws `ModelError` when the run cannot go on without: a vector store has expired.
 */
export async function executeSearch(
  context: EngineContext,
  run: Run,
  { arguments: argumentsJson }: Pick<ModelToolCall, 'arguments'>,
  { number, signal }: { number: number; signal: AbortSignal },
): Promise<SearchAnswer> {
  const queries = readQueries(argumentsJson);
  if (!queries) return { error: "the arguments have to be an object with 'queries', an array of texts." };
  const { assistant, thread } = await storesOfRun(context, run);
  const storeIds = [...new Set([assistant, thread])].filter((id) => id !== null);
  if (storeIds.length === 0) return { number, chunks: [] };
  const { max_num_results: limit = DEFAULT_RESULTS, ranking_options: ranking } = fileSearchOf(run)?.file_search ?? {};
  try {
    const found = await searchStores(context, {
      storeIds,
      queries,
      limit,
      ranking: { scoreThreshold: ranking?.score_threshold ?? 0, weights: { embedding: 1, text: 1 } },
      signal,
    });
    return { number, chunks: await withinTokens(found) };
  } catch (error) {
    signal.throwIfAborted();
    if (ApiError.isInstance(error)) throw new ModelError('unavailable', error.message);
    throw error;
  }
}

/** The best chunks that fit into what the model is given. */
async function withinTokens(chunks: readonly FoundChunk[]): Promise<FoundChunk[]> {
  const count = await loadTokenCounter();
  let left = MAX_TOKENS;
  const fitting: FoundChunk[] = [];
  for (const chunk of chunks) {
    left -= await count(chunk.text, left);
    if (left < 0) break;
    fitting.push(chunk);
  }
  return fitting;
}
