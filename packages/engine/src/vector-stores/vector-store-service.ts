import {
  type CreateVectorStoreRequest,
  type DeletedObject,
  Json,
  type ListQuery,
  type ListResponse,
  notFound,
  type SearchVectorStoreRequest,
  type UpdateVectorStoreRequest,
  type VectorStore,
  type VectorStoreSearchResults,
} from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import type { Ranking } from '../ports/retrieval-port.ts';
import { listPage } from '../records/list-page.ts';
import { changeStore } from './change-store.ts';
import { createStore } from './create-store.ts';
import { deleteStore } from './delete-store.ts';
import { expireStore } from './expire-store.ts';
import { isExpired, requireStore } from './require-store.ts';
import { rewriteQuery } from './rewrite-query.ts';
import { searchStores } from './search-stores.ts';
import { withPolicy } from './stored-store.ts';

/** Most chunks found, where the request does not say. */
const DEFAULT_RESULTS = 10;

/** Vector stores: files that can be searched together. */
export interface VectorStoreService {
  create(request: CreateVectorStoreRequest): Promise<Json<VectorStore>>;
  list(query: ListQuery): Promise<Json<ListResponse<VectorStore>>>;
  retrieve(storeId: string): Promise<Json<VectorStore>>;
  update(storeId: string, request: UpdateVectorStoreRequest): Promise<Json<VectorStore>>;
  /** The files themselves stay. */
  delete(storeId: string): Promise<Json<DeletedObject>>;
  search(
    storeId: string,
    request: SearchVectorStoreRequest,
    options: { signal: AbortSignal },
  ): Promise<Json<VectorStoreSearchResults>>;
}

export function createVectorStoreService(context: EngineContext): VectorStoreService {
  const { storage } = context;

  /** Expired, if its time is up. */
  async function currentStore(storeId: string): Promise<StoredRecord<'vector_store'>> {
    const record = await requireStore(storage, storeId);
    if (!(await isExpired(storage, record))) return record;
    await expireStore(context, storeId);
    return requireStore(storage, storeId);
  }

  return {
    create: (request) => createStore(context, request),
    list: (query) => listPage(storage, { kind: 'vector_store', path: [] }, query),

    async retrieve(storeId) {
      return Json.parse((await currentStore(storeId)).body);
    },

    async update(storeId, { name, metadata, expires_after: policy }) {
      await currentStore(storeId);
      const updated = await changeStore(context, storeId, ({ store, state }) => {
        if (state.clearing === 'deleted') return null;
        const changed: VectorStore = {
          ...store,
          name: name === undefined ? store.name : name,
          metadata: metadata === undefined ? store.metadata : (metadata ?? {}),
        };
        const result = policy === undefined ? changed : withPolicy(changed, policy);
        return { store: result, state, result };
      });
      if (!updated) throw notFound('vector_store', storeId);
      return Json.of(updated);
    },

    async delete(storeId) {
      await deleteStore(context, storeId);
      return Json.of<DeletedObject>({ id: storeId, object: 'vector_store.deleted', deleted: true });
    },

    async search(storeId, request, { signal }) {
      await requireStore(storage, storeId);
      const asked = typeof request.query === 'string' ? [request.query] : request.query;
      const queries = request.rewrite_query ? asked.map(rewriteQuery) : asked;
      const found = await searchStores(context, {
        storeIds: [storeId],
        queries,
        filter: request.filters,
        limit: request.max_num_results ?? DEFAULT_RESULTS,
        ranking: rankingOf(request),
        signal,
      });
      return Json.of<VectorStoreSearchResults>({
        object: 'vector_store.search_results.page',
        search_query: queries,
        data: found.map(({ fileId, filename, score, attributes, text }) => ({
          file_id: fileId,
          filename,
          score,
          attributes,
          content: [{ type: 'text', text }],
        })),
        has_more: false,
        next_page: null,
      });
    },
  };
}

function rankingOf({ ranking_options: options }: SearchVectorStoreRequest): Ranking {
  const hybrid = options?.hybrid_search;
  // Without ranking it is similarity alone that counts.
  const weights =
    options?.ranker === 'none'
      ? { embedding: 1, text: 0 }
      : { embedding: hybrid?.embedding_weight ?? 1, text: hybrid?.text_weight ?? 1 };
  return { scoreThreshold: options?.score_threshold ?? 0, weights };
}
