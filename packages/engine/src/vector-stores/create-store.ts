import { type CreateVectorStoreRequest, Json, type VectorStore } from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { requireFiles } from '../files/require-files.ts';
import { toFileChunking } from './chunking.ts';
import { countFiles, statusOf } from './file-counts.ts';
import { noteUses } from './file-use.ts';
import { buildEntry, insertEntry } from './new-entry.ts';
import { withExpiry, writeStore } from './stored-store.ts';

/**
 * Makes a store with files.
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
    chunking_strategy: strategy,
    metadata,
  }: CreateVectorStoreRequest,
): Promise<Json<VectorStore>> {
  const { storage, ids } = context;
  const id = ids.create('vector_store');
  const unique = [...new Set(fileIds)];
  await requireFiles(storage, unique);
  await noteUses(storage, id, unique);
  const createdAt = unixSeconds();
  const chunking = toFileChunking(strategy);
  const entries = unique.map((fileId) => buildEntry(id, { fileId, attributes: undefined, chunking }));
  const counts = countFiles(entries);
  const store = withExpiry({
    id,
    object: 'vector_store',
    created_at: createdAt,
    name: name ?? null,
    description: description ?? null,
    usage_bytes: 0,
    file_counts: counts,
    status: statusOf(counts),
    expires_after: policy ?? null,
    expires_at: null,
    last_active_at: createdAt,
    metadata: metadata ?? {},
  });
  const now = await storage.now();
  await storage.commit({
    writes: [
      await writeStore(storage, 'insert', store, { generation: 0 }),
      ...entries.map((entry) => insertEntry(entry, { batchId: null, now })),
    ],
  });
  if (entries.length > 0) context.ingester.nudge();
  return Json.of(store);
}
