import type {
  Assistant,
  FileObject,
  ListResponse,
  Message,
  Run,
  RunStep,
  StreamEvent,
  Thread,
  Upload,
  UploadPart,
  VectorStore,
  VectorStoreFile,
  VectorStoreFileBatch,
} from '@cogitator-ai/openai-protocol';
import type { Reply } from '@cogitator-ai/tests-upstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineServer } from '../server/start-engine-server.ts';
import type { HeldRetrieval } from '../vector-stores/held-retrieval.ts';
import { upload as uploadText } from '../vector-stores/stores.ts';
import { type Api, connectApi } from '../wire/api.ts';
import { theDataOf } from '../wire/event-stream.ts';
import { multipart } from '../wire/multipart.ts';
import { sendRequest } from '../wire/request.ts';

/** Objects by what they are: `run: completed`. */
export type Objects = Map<string, unknown>;

const HELLO = { role: 'user', content: 'Hello' };
const FUNCTION = { type: 'function', function: { name: 'f' } };
const CALL: Reply = { toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{"a"', ':1}'] }] };
const SILENCE = { after: 2, until: new Promise(() => {}) };

/**
 * Every kind of object in every state that a client can bring it to.
 *
 * @param retrieval - The server's.
 */
export async function collectObjects(
  server: EngineServer,
  shortLived: EngineServer,
  retrieval: HeldRetrieval,
): Promise<Objects> {
  const objects: Objects = new Map();
  await collectResources(server, objects);
  await collectStores(connectApi(server.baseURL), retrieval, objects);
  for (const [status, reply] of ENDINGS) await collectRun(server, status, reply, objects);
  await collectToolRun(server, objects);
  await collectCancelled(server, objects);
  await collectExpired(shortLived, objects);
  await collectErrors(server, objects);
  return objects;
}

const ENDINGS: readonly [string, Reply][] = [
  ['completed', { text: ['Hello', '.'] }],
  ['completed, refusing', { refusal: ['No', '.'] }],
  ['incomplete (max_completion_tokens)', { text: ['Hello', '.'], finishReason: 'length' }],
  ['incomplete (content_filter)', { text: ['Hello', '.'], finishReason: 'content_filter' }],
  ['failed', { text: ['Hello', '.'], breakAfter: 2 }],
];

async function collectResources({ baseURL, model }: EngineServer, objects: Objects): Promise<void> {
  const api = connectApi(baseURL);
  objects.set('page of assistants, empty', await api.get('/assistants'));
  objects.set('page of files, empty', await api.get('/files'));
  objects.set('health', await getHealth(baseURL));
  objects.set('model', await api.get(`/models/${model}`));
  objects.set('page of models', await api.get('/models'));

  const file = await upload(baseURL, '');
  objects.set('file', file);
  objects.set('file that expires', await upload(baseURL, EXPIRY));
  objects.set('page of files', await api.get('/files?limit=1'));
  await collectUploads(api, objects);
  const assistant = await api.post<Assistant>('/assistants', { model });
  objects.set('assistant with nothing but a model', assistant);
  objects.set('assistant with everything', await api.post('/assistants', everything(model, file.id)));
  objects.set('page of assistants', await api.get('/assistants?limit=1'));

  const thread = await api.post<Thread>('/threads');
  objects.set('thread, empty', thread);
  const code = { code_interpreter: { file_ids: [file.id] }, file_search: { vector_store_ids: [] } };
  objects.set('thread with everything', await api.post('/threads', { metadata: { a: 'b' }, tool_resources: code }));
  const path = `/threads/${thread.id}`;
  objects.set('page of messages, empty', await api.get(`${path}/messages`));
  objects.set('page of runs, empty', await api.get(`${path}/runs`));
  objects.set('message of a user', await api.post(`${path}/messages`, HELLO));
  const parts = [
    { type: 'text', text: 'x' },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    { type: 'image_file', image_file: { file_id: file.id } },
  ];
  const attachments = [{ file_id: file.id, tools: [{ type: 'code_interpreter' }] }];
  objects.set(
    'message of a user with everything',
    await api.post(`${path}/messages`, { role: 'user', content: parts, attachments, metadata: { a: 'b' } }),
  );
  const said = await api.post<Message>(`${path}/messages`, { role: 'assistant', content: 'x' });
  objects.set('message of an assistant, by a client', said);
  objects.set('page of messages', await api.get(`${path}/messages?limit=1`));

  objects.set('deleted message', await remove(api, `${path}/messages/${said.id}`));
  objects.set('deleted thread', await remove(api, path));
  objects.set('deleted assistant', await remove(api, `/assistants/${assistant.id}`));
  objects.set('deleted file', await remove(api, `/files/${file.id}`));
}

async function collectUploads(api: Api, objects: Objects): Promise<void> {
  const request = { filename: 'a.txt', purpose: 'assistants', bytes: 1, mime_type: 'text/plain' };
  const pending = await api.post<Upload>('/uploads', request);
  objects.set('upload: pending', pending);
  const sent = await api.send('POST', `/uploads/${pending.id}/parts`, multipart(['data', 'x', 'part']));
  const part = JSON.parse(sent.body.toString()) as UploadPart;
  objects.set('part of an upload', part);
  objects.set('upload: completed', await api.post(`/uploads/${pending.id}/complete`, { part_ids: [part.id] }));
  const { id } = await api.post<Upload>('/uploads', request);
  objects.set('upload: cancelled', await api.post(`/uploads/${id}/cancel`));
}

async function collectStores(api: Api, retrieval: HeldRetrieval, objects: Objects): Promise<void> {
  objects.set('page of vector stores, empty', await api.get('/vector_stores'));
  const { id, ...store } = await api.post<VectorStore>('/vector_stores', {});
  objects.set('vector store, empty', { id, ...store });
  objects.set(
    'vector store with everything',
    await api.post('/vector_stores', {
      name: 'x',
      description: 'x',
      expires_after: { anchor: 'last_active_at', days: 1 },
      metadata: { a: 'b' },
    }),
  );
  const path = `/vector_stores/${id}`;
  objects.set('page of files of a vector store, empty', await api.get(`${path}/files`));
  retrieval.held = true;
  const fileId = await uploadText(api, 'a.txt', 'apples');
  const attributes = { a: 'b', c: 1, d: true };
  const file = await api.post<VectorStoreFile>(`${path}/files`, { file_id: fileId, attributes });
  objects.set('file of a vector store: in_progress', file);
  objects.set('vector store: in_progress', await api.get(path));
  objects.set('content of a file of a vector store, empty', await api.get(`${path}/files/${fileId}/content`));
  const startBatch = async (...names: string[]) =>
    api.post<VectorStoreFileBatch>(`${path}/file_batches`, {
      file_ids: await Promise.all(names.map((name) => uploadText(api, name, 'pears'))),
    });
  const left = await startBatch('b.txt');
  objects.set('batch of files: in_progress', left);
  objects.set('batch of files: cancelled', await api.post(`${path}/file_batches/${left.id}/cancel`));
  const ofBatch = await api.get<ListResponse<VectorStoreFile>>(`${path}/file_batches/${left.id}/files`);
  objects.set('page of files of a batch', ofBatch);
  objects.set('file of a vector store: cancelled', ofBatch.data[0]);
  retrieval.release();
  const batch = await startBatch('c.txt', 'd.exe');
  while ((await api.get<VectorStore>(path)).status === 'in_progress') await sleep(5);
  objects.set('batch of files: completed', await api.get(`${path}/file_batches/${batch.id}`));
  objects.set('file of a vector store: completed', await api.get(`${path}/files/${fileId}`));
  const failed = await api.get<ListResponse<VectorStoreFile>>(`${path}/files?filter=failed`);
  objects.set('file of a vector store: failed', failed.data[0]);
  objects.set('vector store: completed', await api.get(path));
  objects.set('content of a file of a vector store', await api.get(`${path}/files/${fileId}/content`));
  objects.set('results of a search', await api.post(`${path}/search`, { query: 'apples' }));
  objects.set('results of a search, empty', await api.post(`${path}/search`, { query: 'cars' }));
  objects.set('page of vector stores', await api.get('/vector_stores?limit=1'));
  objects.set('deleted file of a vector store', await remove(api, `${path}/files/${fileId}`));
  objects.set('deleted vector store', await remove(api, path));
}

function everything(model: string, fileId: string): object {
  return {
    model,
    name: 'x',
    description: 'x',
    instructions: 'x',
    reasoning_effort: 'low',
    temperature: 0.5,
    top_p: 0.5,
    metadata: { a: 'b' },
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
    tools: [
      { type: 'code_interpreter' },
      { type: 'file_search', file_search: { max_num_results: 5 } },
      FUNCTION,
      { type: 'function', function: { name: 'g', description: 'x', parameters: { type: 'object' }, strict: null } },
    ],
    tool_resources: { code_interpreter: { file_ids: [fileId] }, file_search: { vector_store_ids: [] } },
  };
}

interface Begun {
  readonly api: Api;
  readonly path: string;
  readonly body: { assistant_id: string };
}

async function begin({ baseURL, model }: EngineServer): Promise<Begun> {
  const api = connectApi(baseURL);
  const { id } = await api.post<Assistant>('/assistants', { model, tools: [FUNCTION] });
  const thread = await api.post<Thread>('/threads', { messages: [HELLO] });
  return { api, path: `/threads/${thread.id}`, body: { assistant_id: id } };
}

async function collectRun(server: EngineServer, name: string, reply: Reply, objects: Objects): Promise<void> {
  const { api, path, body } = await begin(server);
  server.upstream.script(reply);
  tellOf(objects, await api.transcript(`${path}/runs`, body));
  await lookAt({ api, path, body }, name, objects);
}

async function collectToolRun(server: EngineServer, objects: Objects): Promise<void> {
  const { upstream } = server;
  const api = connectApi(server.baseURL);
  const { body } = await begin(server);
  upstream.script(CALL);
  const events = await api.transcript('/threads/runs', { ...body, thread: { messages: [HELLO] } });
  tellOf(objects, events);
  const { thread_id: threadId, id } = theDataOf(events, 'thread.run.requires_action');
  const path = `/threads/${threadId}`;
  await lookAt({ api, path, body }, 'requires_action', objects);
  const outputs = { tool_outputs: [{ tool_call_id: 'call_A', output: '42' }] };
  tellOf(objects, await api.transcript(`${path}/runs/${id}/submit_tool_outputs`, outputs));
  await lookAt({ api, path, body }, 'completed, after calls', objects);
  objects.set('page of runs', await api.get(`${path}/runs?limit=1`));
  objects.set('page of steps', await api.get(`${path}/runs/${id}/steps?limit=1`));

  upstream.script(CALL, { hang: true });
  const again = await begin(server);
  const run = await again.api.post<Run>(`${again.path}/runs`, again.body);
  objects.set('run: queued', run);
  await untilStatus(again, run.id, 'requires_action');
  objects.set('run: queued again', await again.api.post(`${again.path}/runs/${run.id}/submit_tool_outputs`, outputs));
  await untilStatus(again, run.id, 'in_progress');
  await lookAt(again, 'in_progress', objects);
  await again.api.post(`${again.path}/runs/${run.id}/cancel`);
}

async function collectCancelled(server: EngineServer, objects: Objects): Promise<void> {
  for (const [name, reply] of [
    ['cancelled', { text: ['Hello', '.'], pause: SILENCE }],
    ['cancelled, while it waits', CALL],
  ] as const) {
    const begun = await begin(server);
    const { api, path, body } = begun;
    server.upstream.script(reply);
    const stream = await api.stream(`${path}/runs`, body);
    const isWaiting = reply === CALL;
    const events = await stream.readTo(isWaiting ? 'thread.run.requires_action' : 'thread.message.delta');
    if (!isWaiting) await lookAt(begun, 'in_progress, writing', objects);
    const { id } = theDataOf(events, 'thread.run.created');
    objects.set('run: cancelling', await api.post(`${path}/runs/${id}/cancel`));
    tellOf(objects, await stream.readAll());
    await untilStatus(begun, id, 'cancelled');
    await lookAt(begun, name, objects);
  }
}

async function collectExpired(server: EngineServer, objects: Objects): Promise<void> {
  for (const [name, reply] of [
    ['expired', { text: ['Hello', '.'], pause: SILENCE }],
    ['expired, while it waits', CALL],
  ] as const) {
    const begun = await begin(server);
    server.upstream.script(reply);
    const events = await begun.api.transcript(`${begun.path}/runs`, begun.body);
    tellOf(objects, events);
    await untilStatus(begun, theDataOf(events, 'thread.run.created').id, 'expired');
    await lookAt(begun, name, objects);
  }
}

async function collectErrors({ baseURL }: EngineServer, objects: Objects): Promise<void> {
  const api = connectApi(baseURL);
  for (const [name, method, path] of [
    ['a body that is wrong', 'POST', '/assistants'],
    ['nothing found', 'GET', '/threads/thread_x'],
    ['no such file', 'GET', '/files/file-x'],
    ['no such model', 'GET', '/models/x'],
    ['an id of another kind', 'GET', '/threads/x'],
    ['an unknown path', 'GET', '/x'],
    ['a method that is not there', 'DELETE', '/assistants'],
  ] as const) {
    const answer = await api.send(method, path, method === 'POST' ? { body: {} } : {});
    objects.set(`error ${answer.status}: ${name}`, JSON.parse(answer.body.toString()));
  }
}

/** The run, its steps and its messages, as they are read. */
async function lookAt({ api, path }: Begun, name: string, objects: Objects): Promise<void> {
  const [run] = (await api.get<ListResponse<Run>>(`${path}/runs`)).data;
  objects.set(`run: ${name}`, await api.get(`${path}/runs/${run?.id}`));
  const steps = await api.get<ListResponse<RunStep>>(`${path}/runs/${run?.id}/steps?order=asc`);
  for (const step of steps.data) objects.set(`step of a run that is ${name}: ${step.type}, ${step.status}`, step);
  const messages = await api.get<ListResponse<Message>>(`${path}/messages?run_id=${run?.id}`);
  for (const message of messages.data) objects.set(`message of a run that is ${name}`, message);
}

/** What each event of a stream tells. */
function tellOf(objects: Objects, events: readonly StreamEvent[]): void {
  const counts = new Map<string, number>();
  for (const { event, data } of events) {
    const count = (counts.get(event) ?? 0) + 1;
    counts.set(event, count);
    if (event.endsWith('.delta')) objects.set(`${event}, ${count === 1 ? 'the first' : 'the others'}`, data);
    else if (event !== 'done') objects.set(`${event}${typeOf(data)}`, data);
  }
}

/** Steps of both types share their events. */
function typeOf(data: StreamEvent['data']): string {
  return typeof data === 'object' && 'step_details' in data ? ` (${data.type})` : '';
}

async function untilStatus({ api, path }: Begun, runId: string, status: Run['status']): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if ((await api.get<Run>(`${path}/runs/${runId}`)).status === status) return;
    await sleep(5);
  }
  throw new Error(`Run ${runId} does not become ${status}.`);
}

async function remove(api: Api, path: string): Promise<unknown> {
  return JSON.parse((await api.send('DELETE', path)).body.toString());
}

async function getHealth(baseURL: string): Promise<unknown> {
  return JSON.parse((await sendRequest(new URL('/health', baseURL).href, 'GET')).body.toString());
}

const EXPIRY = `${field('expires_after[anchor]', 'created_at')}${field('expires_after[seconds]', '3600')}`;

async function upload(baseURL: string, more: string): Promise<FileObject> {
  const body = `${field('purpose', 'vision')}${more}${field('file"; filename="a.png', 'x')}--b--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const answer = await sendRequest(`${baseURL}/files`, 'POST', { body, headers });
  return JSON.parse(answer.body.toString()) as FileObject;
}

function field(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}
