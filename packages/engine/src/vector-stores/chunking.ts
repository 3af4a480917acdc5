import type { ChunkingStrategy, FileChunkingStrategy } from '@cogitator-ai/openai-protocol';
import type { Chunking } from '../ports/retrieval-port.ts';

const AUTO = { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 } as const;

/** The strategy as files show it: `auto` is one with fixed sizes. */
export function toFileChunking(strategy: ChunkingStrategy = { type: 'auto' }): FileChunkingStrategy {
  return { type: 'static', static: strategy.type === 'static' ? strategy.static : AUTO };
}

/** The sizes that a file is cut by. */
export function chunkingOf(strategy: FileChunkingStrategy): Chunking {
  const { max_chunk_size_tokens: maxTokens, chunk_overlap_tokens: overlapTokens } =
    strategy.type === 'static' ? strategy.static : AUTO;
  return { maxTokens, overlapTokens };
}
