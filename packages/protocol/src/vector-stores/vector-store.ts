import { z } from 'zod';
import { Metadata } from '../metadata.ts';

/** How many files of a store or a batch have come how far; `total` is the sum of the others. */
export const FileCounts = z.object({
  in_progress: z.int(),
  completed: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  total: z.int(),
});
export type FileCounts = z.infer<typeof FileCounts>;

/** When a store expires: so many days after it was last used. */
export const VectorStoreExpiresAfter = z.object({ anchor: z.literal('last_active_at'), days: z.int() });
export type VectorStoreExpiresAfter = z.infer<typeof VectorStoreExpiresAfter>;

export const VectorStoreStatus = z.enum(['expired', 'in_progress', 'completed']);
export type VectorStoreStatus = z.infer<typeof VectorStoreStatus>;

/** Source: OpenAPI VectorStoreObject and recorded traffic; all keys of both. Times in Unix seconds. */
export const VectorStore = z.object({
  id: z.string(),
  object: z.literal('vector_store'),
  created_at: z.int(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  /** Size in bytes of what its files were made into, not of the files. */
  usage_bytes: z.int(),
  file_counts: FileCounts,
  /** `in_progress` while any of its files is. */
  status: VectorStoreStatus,
  expires_after: VectorStoreExpiresAfter.nullable(),
  expires_at: z.int().nullable(),
  last_active_at: z.int(),
  metadata: Metadata,
});
export type VectorStore = z.infer<typeof VectorStore>;
