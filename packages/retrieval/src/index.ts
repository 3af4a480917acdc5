export { createRetrieval } from './retrieval.ts';
export type { RetrievalOptions } from './retrieval.ts';
export type { Embedder } from './embedder.ts';
