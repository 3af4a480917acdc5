import {
  type CreateVectorStoreFileRequest,
  type DeletedObject,
  Json,
  type ListResponse,
  type ListVectorStoreFilesQuery,
  type UpdateVectorStoreFileRequest,
  type VectorStoreFile,
  type VectorStoreFileContent,
  vectorStoreFileNotFound,
} from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { vectorStoreFileKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { parseRecord } from '../records/parse-record.ts';
import { addFiles, relabelSegments } from './add-files.ts';
import { changeStore } from './change-store.ts';
import { toFileChunking } from './chunking.ts';
import { removeFiles } from './remove-files.ts';
import { requireStore } from './require-store.ts';
import { entryState, writeEntry } from './stored-entry.ts';

/** Files of vector stores, in the order of the files' own creation. */
export interface VectorStoreFileService {
  /** The file can be searched some time afterwards, when its status is `completed`. */
  create(storeId: string, request: CreateVectorStoreFileRequest): Promise<Json<VectorStoreFile>>;
  list(storeId: string, query: ListVectorStoreFilesQuery): Promise<Json<ListResponse<VectorStoreFile>>>;
  retrieve(storeId: string, fileId: string): Promise<Json<VectorStoreFile>>;
  /** Replaces all attributes; `null` leaves none. */
  update(storeId: string, fileId: string, request: UpdateVectorStoreFileRequest): Promise<Json<VectorStoreFile>>;
  /** The file itself stays. */
  delete(storeId: string, fileId: string): Promise<Json<DeletedObject>>;
  /** The text that is searched; empty until the file is completed. */
  content(storeId: string, fileId: string, options: { signal: AbortSignal }): Promise<Json<VectorStoreFileContent>>;
}

export function createVectorStoreFileService(context: EngineContext): VectorStoreFileService {
  const { storage, retrieval } = context;

  async function requireEntry(storeId: string, fileId: string): Promise<StoredRecord<'vector_store_file'>> {
    const record = await storage.get(vectorStoreFileKey(storeId, fileId));
    if (record) return record;
    await requireStore(storage, storeId);
    throw vectorStoreFileNotFound(fileId, storeId);
  }

  return {
    async create(storeId, { file_id: fileId, attributes, chunking_strategy }) {
      const entry = { fileId, attributes: attributes ?? undefined, chunking: toFileChunking(chunking_strategy) };
      const { files } = await addFiles(context, storeId, [entry]);
      return Json.of(files[0] as VectorStoreFile);
    },

    list: (storeId, { filter, ...query }) =>
      listPage(
        storage,
        { kind: 'vector_store_file', path: [storeId], where: filter && { status: filter } },
        query,
        async () => void (await requireStore(storage, storeId)),
      ),

    async retrieve(storeId, fileId) {
      return Json.parse((await requireEntry(storeId, fileId)).body);
    },

    async update(storeId, fileId, { attributes }) {
      await requireEntry(storeId, fileId);
      const updated = await changeStore(context, storeId, async ({ store, state }) => {
        const record = await storage.get(vectorStoreFileKey(storeId, fileId));
        if (!record) return null;
        const result: VectorStoreFile = { ...parseRecord(record), attributes: attributes ?? {} };
        const before = entryState(record);
        const { segmentId } = before;
        return {
          store,
          state: segmentId === null ? state : { ...state, generation: state.generation + 1 },
          checks: [{ check: 'version', key: record.key, version: record.version }],
          writes: [
            writeEntry('put', result, { state: before, dueAt: record.dueAt }),
            ...(segmentId === null
              ? []
              : await relabelSegments(storage, storeId, new Map([[segmentId, result.attributes]]))),
          ],
          result,
        };
      });
      if (!updated) throw vectorStoreFileNotFound(fileId, storeId);
      return Json.of(updated);
    },

    async delete(storeId, fileId) {
      await requireEntry(storeId, fileId);
      const count = await removeFiles(context, storeId, [fileId]);
      if (count === 0) throw vectorStoreFileNotFound(fileId, storeId);
      return Json.of<DeletedObject>({ id: fileId, object: 'vector_store.file.deleted', deleted: true });
    },

    async content(storeId, fileId, { signal }) {
      const { segmentId } = entryState(await requireEntry(storeId, fileId));
      const blob = segmentId === null ? null : await storage.blobs.get(segmentId, { signal });
      const data: VectorStoreFileContent['data'] = [];
      if (blob && retrieval) for await (const text of retrieval.text(blob.content)) data.push({ type: 'text', text });
      return Json.of<VectorStoreFileContent>({
        object: 'vector_store.file_content.page',
        data,
        has_more: false,
        next_page: null,
      });
    },
  };
}
