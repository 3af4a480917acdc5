import {
  Assistant,
  DeletedObject,
  FileObject,
  ListResponse,
  Message,
  Model,
  ModelList,
  Run,
  RunStep,
  Thread,
  Upload,
  UploadPart,
  VectorStore,
  VectorStoreFile,
  VectorStoreFileBatch,
  VectorStoreFileContent,
  VectorStoreSearchResults,
} from '@cogitator-ai/openai-protocol';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import {
  completeUpload,
  createAssistant,
  createMessage,
  createRun,
  createThread,
  createThreadAndRun,
  createUpload,
  createVectorStore,
  createVectorStoreFile,
  createVectorStoreFileBatch,
  searchVectorStore,
  submitToolOutputs,
  updateAssistant,
  updateMetadata,
  updateThread,
  updateVectorStore,
  updateVectorStoreFile,
} from './request-bodies.ts';
import { fileForm, jsonBody, noBody, partForm, type SentBody } from './sent-body.ts';

/** What describes an answer. */
interface Schema {
  safeParse(value: unknown): { error?: { message: string } | undefined };
}

/** Any content: it is that of a file. */
const Content: Schema = { safeParse: () => ({}) };

/** A route, as the coverage list of the Assistants API reference has them. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** Names of the world's objects in braces. */
  readonly path: string;
  readonly body: Arbitrary<SentBody>;
  /** What each key of the query takes. Cursors are tried at every route. */
  readonly query: Record<string, Arbitrary<string>>;
  /** `null` when every request is refused. */
  readonly answer: Schema | null;
  /** Whether a success uses up something of the world. */
  readonly consumes: boolean;
}

const limit = fc.integer({ min: 1, max: 100 }).map(String);
const order = fc.constantFrom('asc', 'desc');
const include = fc.constant('step_details.tool_calls[*].file_search.results[*].content');
const page = { limit, order };

const none = fc.constant<SentBody>({ content: undefined, contentType: undefined, value: undefined, isValid: true });

const get = (path: string, answer: Schema, query = {}): Route => {
  return { method: 'GET', path, body: none, query, answer, consumes: false };
};
const post = (path: string, body: Arbitrary<unknown>, answer: Schema, more: Partial<Route> = {}): Route => {
  return { method: 'POST', path, body: jsonBody(body), query: {}, answer, consumes: false, ...more };
};
const remove = (path: string): Route => {
  return { method: 'DELETE', path, body: noBody, query: {}, answer: DeletedObject, consumes: true };
};
const refused = (method: Route['method'], path: string): Route => {
  return { method, path, body: noBody, query: {}, answer: null, consumes: false };
};

const run = '/threads/{thread_id}/runs/{run_id}';
const waiting = '/threads/{waiting_thread_id}/runs/{waiting_run_id}';
const store = '/vector_stores/{vector_store_id}';
const batch = `${store}/file_batches/{batch_id}`;
const filter = fc.constantFrom('in_progress', 'completed', 'failed', 'cancelled');

export const ROUTES: readonly Route[] = [
  post('/assistants', createAssistant, Assistant),
  get('/assistants', ListResponse(Assistant), page),
  get('/assistants/{assistant_id}', Assistant),
  post('/assistants/{assistant_id}', updateAssistant, Assistant),
  remove('/assistants/{assistant_id}'),
  post('/threads', createThread, Thread),
  get('/threads/{thread_id}', Thread),
  post('/threads/{thread_id}', updateThread, Thread),
  remove('/threads/{thread_id}'),
  post('/threads/runs', createThreadAndRun, Run),
  post('/threads/{thread_id}/messages', createMessage, Message),
  get('/threads/{thread_id}/messages', ListResponse(Message), page),
  get('/threads/{thread_id}/messages/{message_id}', Message),
  post('/threads/{thread_id}/messages/{message_id}', updateMetadata, Message),
  remove('/threads/{thread_id}/messages/{message_id}'),
  post('/threads/{thread_id}/runs', createRun, Run, { query: { 'include[]': include } }),
  get('/threads/{thread_id}/runs', ListResponse(Run), page),
  get(run, Run),
  post(run, updateMetadata, Run),
  post(`${waiting}/cancel`, fc.constant({}), Run, { body: noBody, consumes: true }),
  refused('POST', `${run}/cancel`),
  post(`${waiting}/submit_tool_outputs`, submitToolOutputs, Run, { consumes: true }),
  refused('POST', `${run}/submit_tool_outputs`),
  refused('POST', '/threads/{waiting_thread_id}/runs'),
  refused('POST', '/threads/{waiting_thread_id}/messages'),
  get(`${run}/steps`, ListResponse(RunStep), { ...page, 'include[]': include }),
  get(`${run}/steps/{step_id}`, RunStep, { 'include[]': include }),
  post('/files', fc.constant({}), FileObject, { body: fileForm }),
  get('/files', ListResponse(FileObject), {
    limit: fc.integer({ min: 1, max: 10_000 }).map(String),
    order,
    purpose: fc.constantFrom('vision', 'assistants'),
  }),
  get('/files/{file_id}', FileObject),
  remove('/files/{file_id}'),
  get('/files/{file_id}/content', Content),
  post('/uploads', createUpload, Upload),
  post('/uploads/{upload_id}/parts', fc.constant({}), UploadPart, { body: partForm }),
  post('/uploads/{upload_id}/complete', completeUpload, Upload, { consumes: true }),
  post('/uploads/{upload_id}/cancel', fc.constant({}), Upload, { body: noBody, consumes: true }),
  post('/vector_stores', createVectorStore, VectorStore),
  get('/vector_stores', ListResponse(VectorStore), page),
  get(store, VectorStore),
  post(store, updateVectorStore, VectorStore),
  remove(store),
  post(`${store}/search`, searchVectorStore, VectorStoreSearchResults),
  post(`${store}/files`, createVectorStoreFile, VectorStoreFile),
  get(`${store}/files`, ListResponse(VectorStoreFile), { ...page, filter }),
  get(`${store}/files/{file_id}`, VectorStoreFile),
  post(`${store}/files/{file_id}`, updateVectorStoreFile, VectorStoreFile),
  remove(`${store}/files/{file_id}`),
  get(`${store}/files/{file_id}/content`, VectorStoreFileContent),
  post(`${store}/file_batches`, createVectorStoreFileBatch, VectorStoreFileBatch),
  get(batch, VectorStoreFileBatch),
  post(`${batch}/cancel`, fc.constant({}), VectorStoreFileBatch, { body: noBody, consumes: true }),
  get(`${batch}/files`, ListResponse(VectorStoreFile), { ...page, filter }),
  get('/models', ModelList),
  get('/models/{model}', Model),
  refused('GET', '/threads'),
  refused('PUT', '/assistants/{assistant_id}'),
  refused('DELETE', run),
  refused('POST', '/unknown/{thread_id}'),
  refused('DELETE', '/models/{model}'),
];
