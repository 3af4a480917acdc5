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
} from '@cogitator-ai/openai-protocol';
import type { Reply } from '@cogitator-ai/tests-upstream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineServer } from '../server/start-engine-server.ts';
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

/** Every kind of object in every state that a client can bring it to. */
export async function collectObjects(server: EngineServer, shortLived: EngineServer): Promise<Objects> {
  const objects: Objects = new Map();
  await collectResources(server, objects);
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
