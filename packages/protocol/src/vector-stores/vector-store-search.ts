import { z } from 'zod';
import { Attributes } from './attributes.ts';

/** A chunk of a file that was found; `score` is 0 to 1. */
export const VectorStoreSearchResult = z.object({
  file_id: z.string(),
  filename: z.string(),
  score: z.number(),
  attributes: Attributes,
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
});
export type VectorStoreSearchResult = z.infer<typeof VectorStoreSearchResult>;

/** What a search has found, best first. Source: OpenAPI VectorStoreSearchResultsPage. */
export const VectorStoreSearchResults = z.object({
  object: z.literal('vector_store.search_results.page'),
  /** As it was searched for: the rewritten texts where that was asked for. */
  search_query: z.array(z.string()),
  data: z.array(VectorStoreSearchResult),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});
export type VectorStoreSearchResults = z.infer<typeof VectorStoreSearchResults>;
