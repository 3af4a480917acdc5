import {
  type Assistant,
  type FileObject,
  type Message,
  OpenAIError,
  type Run,
  type Thread,
  type Upload,
  type UploadPart,
  type VectorStore,
  type VectorStoreFile,
  type VectorStoreFileBatch,
  type VectorStoreSearchResults,
} from '@cogitator-ai/openai-protocol';
import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { fillIn } from './properties/named.ts';
import { requestsTo, type TriedRequest } from './properties/requests.ts';
import { type Route, ROUTES } from './properties/routes.ts';
import { watchStorage } from './properties/watched-storage.ts';
import { createWorld, endOf, type World } from './properties/world.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { SEED, SOAK } from './soak.ts';
import { connectApi } from './wire/api.ts';
import { dataOf, parseEventStream } from './wire/event-stream.ts';
import type { WireResponse } from './wire/request.ts';

const TRIES = 100 * SOAK;

const store = watchStorage(await openTestStorage());
// Files wait to be made searchable: what happens to them meanwhile is no request's doing.
const server = await startEngineServer({ storage: store.storage, maxConcurrentIngestions: 0 });
// The server complains there if it has logged an error of its own.
afterAll(() => server.close());
const api = connectApi(server.baseURL);
let world: World;

it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'whatever is sent to %s is done and shown as it is, or refused and leaves nothing behind',
  async (_, route) => {
    world = await createWorld(server, api);
    const property = fc.asyncProperty(requestsTo(route), async (request) => {
      expect(await faultsOf(route, request)).toEqual([]);
    });
    await fc.assert(property, { numRuns: TRIES, seed: SEED });
  },
  60_000 * Math.max(1, SOAK),
);

/** What is wrong with how a request is answered, and with what is there afterwards. */
async function faultsOf(
  { method, answer, consumes }: Route,
  { path, body, ...request }: TriedRequest,
): Promise<string[]> {
  const content = typeof body.content === 'string' ? fillIn(body.content, world) : body.content;
  const headers = body.contentType === undefined ? {} : { 'content-type': body.contentType };
  const before = stored();
  const response = await api.send(method, fillIn(path, world), { body: content, headers });
  const changed = stored() === before ? [] : [`${response.status}, yet something was stored or deleted.`];
  if (response.status !== 200) {
    const wrong = request.isValid && answer !== null ? [`Refused: ${response.body.toString()}`] : [];
    return [...refusalFaults(response), ...changed, ...wrong];
  }
  if (answer === null && request.isAtHome) return ['Accepted'];
  const told = readAnswer(response);
  const faults = method === 'GET' ? changed : [];
  const { error } = answer?.safeParse(told) ?? {};
  if (error) faults.push(error.message);
  if (method === 'POST') faults.push(...(await readingFaults(told as Kept)));
  // The body of a cancellation says nothing.
  if (body.value !== undefined && !consumes) faults.push(...echoFaults(told as Kept, JSON.parse(String(content))));
  if (consumes) world = await createWorld(server, api);
  return faults;
}

function stored(): string {
  return `${store.commits} commits, ${[...store.blobs].join()}`;
}

function refusalFaults({ status, headers, body }: WireResponse): string[] {
  const text = body.toString();
  if (status < 400 || status >= 500) return [`${status} ${text}`];
  if (headers['content-type'] !== 'application/json') return [`A refusal of type ${headers['content-type']}`];
  if (!/^req_[0-9a-f]{32}$/.test(String(headers['x-request-id']))) return ['A refusal without a request id'];
  const refusal = JSON.parse(text) as OpenAIError;
  const { success, data } = OpenAIError.safeParse(refusal);
  const isWhole =
    success &&
    isDeepStrictEqual(Object.keys(refusal), ['error']) &&
    isDeepStrictEqual(Object.keys(refusal.error), ['message', 'type', 'param', 'code']) &&
    data.error.type === 'invalid_request_error' &&
    /^.{1,2000}$/s.test(data.error.message);
  return isWhole ? [] : [`Not an error: ${text}`];
}

/** The object of an answer; of a stream the run that it tells of first. */
function readAnswer({ headers, body }: WireResponse): unknown {
  const type = headers['content-type'] ?? '';
  if (type === 'application/octet-stream') return body.toString();
  if (type.startsWith('text/event-stream')) return dataOf(parseEventStream(body), 'thread.run.queued')[0];
  return type === 'application/json' ? JSON.parse(body.toString()) : undefined;
}

type Kept =
  | Assistant
  | Thread
  | Message
  | Run
  | FileObject
  | Upload
  | UploadPart
  | VectorStore
  | VectorStoreFile
  | VectorStoreFileBatch
  | VectorStoreSearchResults;

/** What an accepted request has told is what is read back; a run goes on meanwhile. */
async function readingFaults(told: Kept): Promise<string[]> {
  // Uploads cannot be read, only what becomes of them.
  if (told.object === 'upload') return told.file ? readingFaults(told.file) : [];
  if (told.object === 'upload.part' || told.object === 'vector_store.search_results.page') return [];
  const read = told.object === 'thread.run' ? await endOf(api, told) : await api.get<Kept>(pathOf(told));
  const same = told.object === 'thread.run' ? { ...told, ...progressOf(read as Run) } : told;
  return isDeepStrictEqual(read, same) ? [] : [`Told ${JSON.stringify(told)}, kept ${JSON.stringify(read)}`];
}

/** What changes while a run goes on. */
function progressOf(run: Run): Partial<Run> {
  const { status, started_at, expires_at, cancelled_at, failed_at, completed_at } = run;
  const { required_action, last_error, incomplete_details, usage } = run;
  const times = { started_at, expires_at, cancelled_at, failed_at, completed_at };
  return { status, ...times, required_action, last_error, incomplete_details, usage };
}

function pathOf(told: Exclude<Kept, Run | Upload | UploadPart | VectorStoreSearchResults>): string {
  switch (told.object) {
    case 'assistant':
      return `/assistants/${told.id}`;
    case 'thread':
      return `/threads/${told.id}`;
    case 'thread.message':
      return `/threads/${told.thread_id}/messages/${told.id}`;
    case 'file':
      return `/files/${told.id}`;
    case 'vector_store':
      return `/vector_stores/${told.id}`;
    case 'vector_store.file':
      return `/vector_stores/${told.vector_store_id}/files/${told.id}`;
    case 'vector_store.file_batch':
      return `/vector_stores/${told.vector_store_id}/file_batches/${told.id}`;
  }
}

interface Sent {
  metadata?: object | null;
  attributes?: object | null;
  content?: unknown;
}

/** What was sent is what was kept, to the last character. */
function echoFaults(told: Kept, sent: unknown): string[] {
  const { metadata, attributes, content } = Object(sent) as Sent;
  const kept = told as { metadata?: unknown; attributes?: unknown; content?: unknown };
  const isKept =
    (metadata === undefined || isDeepStrictEqual(kept.metadata, metadata ?? {})) &&
    (!attributes || kept.attributes === undefined || isDeepStrictEqual(kept.attributes, attributes)) &&
    (typeof content !== 'string' ||
      isDeepStrictEqual(kept.content, [{ type: 'text', text: { value: content, annotations: [] } }]));
  return isKept ? [] : [`Sent ${JSON.stringify(sent)}, kept ${JSON.stringify(told)}`];
}
