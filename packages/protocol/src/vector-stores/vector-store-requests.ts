import { z } from 'zod';
import { mutuallyExclusive, noWeight } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { Metadata } from '../metadata.ts';
import { ListQuery } from '../pagination.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { decimal, integer } from '../primitives/number.ts';
import { text } from '../primitives/text.ts';
import { ChunkingStrategy } from '../tools/tool-resources.ts';
import { AttributeFilter } from './attribute-filter.ts';
import { Attributes } from './attributes.ts';
import { VectorStoreFileStatus } from './vector-store-file.ts';

/** Limits of vector stores: files of a request that makes a store, and of one that makes a batch; results and queries of a search. */
export const VECTOR_STORE_LIMITS = {
  filesAtCreation: 500,
  filesOfBatch: 2000,
  searchResults: 50,
  queries: 16,
  queryCharacters: 32_768,
} as const;

const ExpiresAfter = z.strictObject({
  anchor: z.enum(['last_active_at']),
  days: integer({ min: 1, max: 365 }),
});

/** Body of `POST /v1/vector_stores`. Source: OpenAPI CreateVectorStoreRequest. */
export const CreateVectorStoreRequest = z.strictObject({
  name: text({ max: 256 }).nullish(),
  description: text({ max: 512 }).nullish(),
  file_ids: boundedArray(z.string(), { max: VECTOR_STORE_LIMITS.filesAtCreation }).optional(),
  expires_after: ExpiresAfter.nullish(),
  chunking_strategy: ChunkingStrategy.optional(),
  metadata: Metadata.nullish(),
});
export type CreateVectorStoreRequest = z.infer<typeof CreateVectorStoreRequest>;

/** Body of `POST /v1/vector_stores/{vector_store_id}`: what is left out stays. Source: OpenAPI UpdateVectorStoreRequest. */
export const UpdateVectorStoreRequest = z.strictObject({
  name: text({ max: 256 }).nullish(),
  expires_after: ExpiresAfter.nullish(),
  metadata: Metadata.nullish(),
});
export type UpdateVectorStoreRequest = z.infer<typeof UpdateVectorStoreRequest>;

/** Body of `POST /v1/vector_stores/{vector_store_id}/files`. Source: OpenAPI CreateVectorStoreFileRequest. */
export const CreateVectorStoreFileRequest = z.strictObject({
  file_id: z.string(),
  attributes: Attributes.nullish(),
  chunking_strategy: ChunkingStrategy.optional(),
});
export type CreateVectorStoreFileRequest = z.infer<typeof CreateVectorStoreFileRequest>;

/** Body of `POST /v1/vector_stores/{vector_store_id}/files/{file_id}`. Source: OpenAPI UpdateVectorStoreFileAttributesRequest. */
export const UpdateVectorStoreFileRequest = z.strictObject({ attributes: Attributes.nullable() });
export type UpdateVectorStoreFileRequest = z.infer<typeof UpdateVectorStoreFileRequest>;

/** Query of the lists of files of a store or a batch. */
export const ListVectorStoreFilesQuery = z.object({
  ...ListQuery.shape,
  filter: VectorStoreFileStatus.optional(),
});
export type ListVectorStoreFilesQuery = z.infer<typeof ListVectorStoreFilesQuery>;

const BatchSize = { min: 1, max: VECTOR_STORE_LIMITS.filesOfBatch };

/**
 * Body of `POST /v1/vector_stores/{vector_store_id}/file_batches`: `file_ids`, or `files` with settings of their own, which the
 * others then do not concern. Source: OpenAPI CreateVectorStoreFileBatchRequest.
 */
export const CreateVectorStoreFileBatchRequest = z
  .strictObject({
    file_ids: boundedArray(z.string(), BatchSize).optional(),
    files: boundedArray(CreateVectorStoreFileRequest, BatchSize).optional(),
    attributes: Attributes.nullish(),
    chunking_strategy: ChunkingStrategy.optional(),
  })
  .check(({ value, issues }) => {
    if (value.file_ids && value.files) {
      issues.push(refusal(value, () => mutuallyExclusive('files', 'file_ids')));
    } else if (!value.file_ids && !value.files) {
      issues.push({ code: 'invalid_type', expected: 'array', input: undefined, path: ['file_ids'] });
    }
  });
export type CreateVectorStoreFileBatchRequest = z.infer<typeof CreateVectorStoreFileBatchRequest>;

const Query = text({ max: VECTOR_STORE_LIMITS.queryCharacters }).min(1);

/** Body of `POST /v1/vector_stores/{vector_store_id}/search`. Source: OpenAPI VectorStoreSearchRequest. */
export const SearchVectorStoreRequest = z.strictObject({
  query: z.union([Query, boundedArray(Query, { min: 1, max: VECTOR_STORE_LIMITS.queries })]),
  rewrite_query: z.boolean().nullish(),
  max_num_results: integer({ min: 1, max: VECTOR_STORE_LIMITS.searchResults }).optional(),
  filters: AttributeFilter.nullish(),
  ranking_options: z
    .strictObject({
      ranker: z.enum(['none', 'auto', 'default-2024-11-15']).optional(),
      score_threshold: decimal({ min: 0, max: 1 }).optional(),
      hybrid_search: z
        .strictObject({
          embedding_weight: decimal({ min: 0, max: 1 }),
          text_weight: decimal({ min: 0, max: 1 }),
        })
        .check(({ value, issues }) => {
          if (value.embedding_weight === 0 && value.text_weight === 0) issues.push(refusal(value, noWeight));
        })
        .optional(),
    })
    .nullish(),
});
export type SearchVectorStoreRequest = z.infer<typeof SearchVectorStoreRequest>;
