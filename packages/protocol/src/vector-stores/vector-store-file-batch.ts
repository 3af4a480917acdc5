import { z } from 'zod';
import { FileCounts } from './vector-store.ts';

/** Files that were added together. `object` is that of recorded traffic; OpenAPI says `vector_store.files_batch`. Times in Unix seconds. */
export const VectorStoreFileBatch = z.object({
  id: z.string(),
  object: z.literal('vector_store.file_batch'),
  created_at: z.int(),
  vector_store_id: z.string(),
  status: z.enum(['in_progress', 'completed', 'cancelled', 'failed']),
  file_counts: FileCounts,
});
export type VectorStoreFileBatch = z.infer<typeof VectorStoreFileBatch>;
