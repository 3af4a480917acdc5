import {
  type CreateVectorStoreFileBatchRequest,
  Json,
  type ListResponse,
  type ListVectorStoreFilesQuery,
  notFound,
  VECTOR_STORE_LIMITS,
  type VectorStoreFile,
  type VectorStoreFileBatch,
} from '@cogitator-ai/openai-protocol';
import type { Check, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { vectorStoreFileBatchKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { parseRecord } from '../records/parse-record.ts';
import { addFiles } from './add-files.ts';
import { changeStore } from './change-store.ts';
import { toFileChunking } from './chunking.ts';
import { countMoves, NO_FILES, storeStatusOf } from './file-counts.ts';
import type { NewEntry } from './new-entry.ts';
import { requireStore } from './require-store.ts';
import { batchStatus, entryState, writeEntry } from './stored-entry.ts';

/** Files that are added to a vector store together. */
export interface VectorStoreFileBatchService {
  create(storeId: string, request: CreateVectorStoreFileBatchRequest): Promise<Json<VectorStoreFileBatch>>;
  retrieve(storeId: string, batchId: string): Promise<Json<VectorStoreFileBatch>>;
  /** Files that are not done yet are cancelled. Nothing happens to a batch that has ended. */
  cancel(storeId: string, batchId: string): Promise<Json<VectorStoreFileBatch>>;
  /** A file that was added again since is not among them. */
  listFiles(
    storeId: string,
    batchId: string,
    query: ListVectorStoreFilesQuery,
  ): Promise<Json<ListResponse<VectorStoreFile>>>;
}

export function createVectorStoreFileBatchService(context: EngineContext): VectorStoreFileBatchService {
  const { storage, ids } = context;

  async function requireBatch(storeId: string, batchId: string): Promise<StoredRecord<'vector_store_file_batch'>> {
    const record = await storage.get(vectorStoreFileBatchKey(storeId, batchId));
    if (record) return record;
    await requireStore(storage, storeId);
    throw notFound('vector_store_file_batch', batchId);
  }

  return {
    async create(storeId, request) {
      const batch: VectorStoreFileBatch = {
        id: ids.create('vector_store_file_batch'),
        object: 'vector_store.file_batch',
        created_at: unixSeconds(),
        vector_store_id: storeId,
        status: 'in_progress',
        file_counts: NO_FILES,
      };
      const added = await addFiles(context, storeId, entriesOf(request), batch);
      return Json.of(added.batch as VectorStoreFileBatch);
    },

    async retrieve(storeId, batchId) {
      return Json.parse((await requireBatch(storeId, batchId)).body);
    },

    async cancel(storeId, batchId) {
      const cancelled = await changeStore(context, storeId, async ({ store, state }) => {
        const record = await requireBatch(storeId, batchId);
        const batch = parseRecord(record);
        if (batch.status !== 'in_progress') return null;
        const { records } = await storage.list({
          kind: 'vector_store_file',
          path: [storeId],
          where: { batch_status: batchStatus(batchId, 'in_progress') },
          limit: VECTOR_STORE_LIMITS.filesOfBatch,
          order: 'asc',
        });
        const checks: Check[] = [{ check: 'version', key: record.key, version: record.version }];
        const writes: Write[] = [];
        for (const entry of records) {
          const file: VectorStoreFile = { ...parseRecord(entry), status: 'cancelled' };
          checks.push({ check: 'version', key: entry.key, version: entry.version });
          // Whoever works on it loses it.
          writes.push(writeEntry('put', file, { state: entryState(entry), fence: entry.fence + 1, dueAt: null }));
        }
        const moves = records.map(() => ({ from: 'in_progress', to: 'cancelled' }) as const);
        const counts = countMoves(store.file_counts, moves);
        const result: VectorStoreFileBatch = {
          ...batch,
          status: 'cancelled',
          file_counts: countMoves(batch.file_counts, moves),
        };
        return {
          store: {
            ...store,
            file_counts: counts,
            status: storeStatusOf(store, counts),
          },
          state,
          checks,
          writes: [...writes, { write: 'put', key: record.key, body: JSON.stringify(result) }],
          result,
        };
      });
      return cancelled ? Json.of(cancelled) : Json.parse((await requireBatch(storeId, batchId)).body);
    },

    listFiles: (storeId, batchId, { filter, ...query }) =>
      listPage(
        storage,
        {
          kind: 'vector_store_file',
          path: [storeId],
          where: filter ? { batch_status: batchStatus(batchId, filter) } : { batch_id: batchId },
        },
        query,
        async () => void (await requireBatch(storeId, batchId)),
      ),
  };
}

function entriesOf({
  file_ids: fileIds,
  files,
  attributes,
  chunking_strategy: strategy,
}: CreateVectorStoreFileBatchRequest): NewEntry[] {
  if (files) {
    return files.map((file) => ({
      fileId: file.file_id,
      attributes: file.attributes ?? undefined,
      chunking: toFileChunking(file.chunking_strategy),
    }));
  }
  const chunking = toFileChunking(strategy);
  return (fileIds ?? []).map((fileId) => ({ fileId, attributes: attributes ?? undefined, chunking }));
}
