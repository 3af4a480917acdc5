import { z } from 'zod';
import { Attributes } from './attributes.ts';

/** How a file was cut; `other` where that is not known. Sizes in tokens. */
export const FileChunkingStrategy = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('static'),
    static: z.object({ max_chunk_size_tokens: z.int(), chunk_overlap_tokens: z.int() }),
  }),
  z.object({ type: z.literal('other') }),
]);
export type FileChunkingStrategy = z.infer<typeof FileChunkingStrategy>;

export const VectorStoreFileStatus = z.enum(['in_progress', 'completed', 'cancelled', 'failed']);
export type VectorStoreFileStatus = z.infer<typeof VectorStoreFileStatus>;

/** Why a file cannot be searched. */
export const VectorStoreFileError = z.object({
  code: z.enum(['server_error', 'unsupported_file', 'invalid_file']),
  message: z.string(),
});
export type VectorStoreFileError = z.infer<typeof VectorStoreFileError>;

/** A file in a store; its id is that of the file. Source: OpenAPI VectorStoreFileObject and recorded traffic. */
export const VectorStoreFile = z.object({
  id: z.string(),
  object: z.literal('vector_store.file'),
  /** 0 until it is completed. */
  usage_bytes: z.int(),
  created_at: z.int(),
  vector_store_id: z.string(),
  status: VectorStoreFileStatus,
  last_error: VectorStoreFileError.nullable(),
  chunking_strategy: FileChunkingStrategy,
  attributes: Attributes,
});
export type VectorStoreFile = z.infer<typeof VectorStoreFile>;

/** A page of a file's text. Source: OpenAPI VectorStoreFileContentResponse. */
export const VectorStoreFileContent = z.object({
  object: z.literal('vector_store.file_content.page'),
  data: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});
export type VectorStoreFileContent = z.infer<typeof VectorStoreFileContent>;
