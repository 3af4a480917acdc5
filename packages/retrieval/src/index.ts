export { createRetrieval } from './retrieval.ts';
export type { RetrievalOptions } from './retrieval.ts';
export { EmbeddingError } from './embedding/embedder.ts';
export type { Embedder } from './embedding/embedder.ts';
export { createOpenAICompatibleEmbedder } from './embedding/openai-compatible-embedder.ts';
export type {
  OpenAICompatibleEmbedder,
  OpenAICompatibleEmbedderOptions,
} from './embedding/openai-compatible-embedder.ts';
