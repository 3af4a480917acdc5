import { type CreateVectorStoreRequest, Json, type VectorStore } from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { requireFiles } from '../files/require-files.ts';
import { addFiles } from './add-files.ts';
import { toFileChunking } from './chunking.ts';
import { NO_FILES } from './file-counts.ts';
import { requireStore } from './require-store.ts';
import { withExpiry, writeStore } from './stored-store.ts';

/**
 * Makes a store and adds files to it. Without its files it does not stay.
 *
 * @throws `ApiError` 400 for files that do not exist.
 */
export async function createStore(
  context: EngineContext,
  {
    name,
    description,
    file_ids: fileIds = [],
    expires_after: policy,
    chunking_strategy,
    metadata,
  }: CreateVectorStoreRequest,
): Promise<Json<VectorStore>> {
  const { storage, ids } = context;
  await requireFiles(storage, fileIds);
  const createdAt = unixSeconds();
  const store = withExpiry({
    id: ids.create('vector_store'),
    object: 'vector_store',
    created_at: createdAt,
    name: name ?? null,
    description: description ?? null,
    usage_bytes: 0,
    file_counts: NO_FILES,
    status: 'completed',
    expires_after: policy ?? null,
    expires_at: null,
    last_active_at: createdAt,
    metadata: metadata ?? {},
  });
  await storage.commit({ writes: [await writeStore(storage, 'insert', store, { generation: 0 })] });
  if (fileIds.length === 0) return Json.of(store);
  const chunking = toFileChunking(chunking_strategy);
  await addFiles(
    context,
    store.id,
    fileIds.map((fileId) => ({ fileId, attributes: undefined, chunking })),
  );
  return Json.parse((await requireStore(storage, store.id)).body);
}
