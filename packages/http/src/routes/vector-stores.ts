import {
  CreateVectorStoreFileBatchRequest,
  CreateVectorStoreFileRequest,
  CreateVectorStoreRequest,
  type Json,
  ListQuery,
  ListVectorStoreFilesQuery,
  SearchVectorStoreRequest,
  UpdateVectorStoreFileRequest,
  UpdateVectorStoreRequest,
} from '@cogitator-ai/openai-protocol';
import { answer, answerPolled } from '../answer.ts';
import type { RequestContext } from '../environment.ts';
import { pathId } from '../requests/path-id.ts';
import { type App, parseBody, parseListQuery, route, type RouteOptions } from './route.ts';

export function vectorStoreRoutes(app: App, options: RouteOptions): void {
  const { vectorStores: stores, vectorStoreFiles: files, vectorStoreFileBatches: batches } = options.engine;

  route(app, '/v1/vector_stores', {
    GET: async (c) => answer(c, await stores.list(parseListQuery(c, ListQuery, 'vector_store'))),
    POST: async (c) => answer(c, await stores.create(await parseBody(c, CreateVectorStoreRequest, options))),
  });
  route(app, '/v1/vector_stores/:vector_store_id', {
    GET: async (c) => answerProgress(c, await stores.retrieve(pathId(c, 'vector_store_id'))),
    POST: async (c) => {
      const storeId = pathId(c, 'vector_store_id');
      return answer(c, await stores.update(storeId, await parseBody(c, UpdateVectorStoreRequest, options)));
    },
    DELETE: async (c) => answer(c, await stores.delete(pathId(c, 'vector_store_id'))),
  });
  route(app, '/v1/vector_stores/:vector_store_id/search', {
    POST: async (c) => {
      const storeId = pathId(c, 'vector_store_id');
      const request = await parseBody(c, SearchVectorStoreRequest, options);
      return answer(c, await stores.search(storeId, request, { signal: c.req.raw.signal }));
    },
  });

  route(app, '/v1/vector_stores/:vector_store_id/files', {
    GET: async (c) => {
      const storeId = pathId(c, 'vector_store_id');
      return answer(c, await files.list(storeId, parseListQuery(c, ListVectorStoreFilesQuery, 'file')));
    },
    POST: async (c) => {
      const storeId = pathId(c, 'vector_store_id');
      return answerProgress(c, await files.create(storeId, await parseBody(c, CreateVectorStoreFileRequest, options)));
    },
  });
  route(app, '/v1/vector_stores/:vector_store_id/files/:file_id', {
    GET: async (c) => answerProgress(c, await files.retrieve(pathId(c, 'vector_store_id'), pathId(c, 'file_id'))),
    POST: async (c) => {
      const [storeId, fileId] = [pathId(c, 'vector_store_id'), pathId(c, 'file_id')];
      return answer(c, await files.update(storeId, fileId, await parseBody(c, UpdateVectorStoreFileRequest, options)));
    },
    DELETE: async (c) => answer(c, await files.delete(pathId(c, 'vector_store_id'), pathId(c, 'file_id'))),
  });
  route(app, '/v1/vector_stores/:vector_store_id/files/:file_id/content', {
    GET: async (c) => {
      const [storeId, fileId] = [pathId(c, 'vector_store_id'), pathId(c, 'file_id')];
      return answer(c, await files.content(storeId, fileId, { signal: c.req.raw.signal }));
    },
  });

  route(app, '/v1/vector_stores/:vector_store_id/file_batches', {
    POST: async (c) => {
      const storeId = pathId(c, 'vector_store_id');
      const request = await parseBody(c, CreateVectorStoreFileBatchRequest, options);
      return answerProgress(c, await batches.create(storeId, request));
    },
  });
  route(app, '/v1/vector_stores/:vector_store_id/file_batches/:batch_id', {
    GET: async (c) => answerProgress(c, await batches.retrieve(pathId(c, 'vector_store_id'), pathId(c, 'batch_id'))),
  });
  route(app, '/v1/vector_stores/:vector_store_id/file_batches/:batch_id/cancel', {
    POST: async (c) => answer(c, await batches.cancel(pathId(c, 'vector_store_id'), pathId(c, 'batch_id'))),
  });
  route(app, '/v1/vector_stores/:vector_store_id/file_batches/:batch_id/files', {
    GET: async (c) => {
      const [storeId, batchId] = [pathId(c, 'vector_store_id'), pathId(c, 'batch_id')];
      return answer(c, await batches.listFiles(storeId, batchId, parseListQuery(c, ListVectorStoreFilesQuery, 'file')));
    },
  });
}

function answerProgress(c: RequestContext, json: Json<{ status: string }>): Response {
  return answerPolled(c, json, json.value.status !== 'in_progress');
}
