import {
  type Assistant,
  type FileObject,
  isTerminalRunStatus,
  type ListResponse,
  type Message,
  type Run,
  type RunStep,
  type Thread,
  type Upload,
  type UploadPart,
  type VectorStore,
  type VectorStoreFileBatch,
} from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineServer } from '../server/start-engine-server.ts';
import type { Api } from '../wire/api.ts';
import { multipart } from '../wire/multipart.ts';
import { sendRequest } from '../wire/request.ts';

/** What is there: one object of each kind. */
export const WORLD = [
  'model',
  'assistant_id',
  // Takes runs, and has one that has ended.
  'thread_id',
  'message_id',
  'run_id',
  'step_id',
  'file_id',
  // A run that waits for the output of `call_A`.
  'waiting_thread_id',
  'waiting_run_id',
  // An upload that is open, and its part that makes it whole.
  'upload_id',
  'part_id',
  // A store that has the file, which came with the batch and waits to be made searchable.
  'vector_store_id',
  'batch_id',
  // A store without files, which no run waits for.
  'empty_store_id',
] as const;

/** The ids of what is there. */
export type World = Readonly<Record<(typeof WORLD)[number], string>>;

const ASK = { type: 'function', function: { name: 'ask' } };

export async function createWorld({ upstream, model, baseURL }: EngineServer, api: Api): Promise<World> {
  const { id: assistant_id } = await api.post<Assistant>('/assistants', { model, tools: [ASK] });
  const hello = { messages: [{ role: 'user', content: 'Hello' }] };
  const { id: thread_id } = await api.post<Thread>('/threads', hello);
  const run = await endOf(api, await api.post<Run>(`/threads/${thread_id}/runs`, { assistant_id }));
  const messages = await api.get<ListResponse<Message>>(`/threads/${thread_id}/messages`);
  const steps = await api.get<ListResponse<RunStep>>(`/threads/${thread_id}/runs/${run.id}/steps`);

  upstream.script({ toolCalls: [{ id: 'call_A', name: 'ask', arguments: ['{}'] }] });
  const waiting = await endOf(api, await api.post<Run>('/threads/runs', { assistant_id, thread: hello }));
  const form = `--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx\r\n--b--\r\n`;
  const uploaded = await sendRequest(`${baseURL}/files`, 'POST', {
    body: form,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  const { id: upload_id } = await api.post<Upload>('/uploads', {
    filename: 'a.txt',
    purpose: 'assistants',
    bytes: 1,
    mime_type: 'text/plain',
  });
  const part = await api.send('POST', `/uploads/${upload_id}/parts`, multipart(['data', 'x', 'part']));
  const file_id = (JSON.parse(uploaded.body.toString()) as FileObject).id;
  const { id: vector_store_id } = await api.post<VectorStore>('/vector_stores', {});
  const { id: empty_store_id } = await api.post<VectorStore>('/vector_stores', {});
  const batch = await api.post<VectorStoreFileBatch>(`/vector_stores/${vector_store_id}/file_batches`, {
    file_ids: [file_id],
  });
  return {
    model,
    assistant_id,
    thread_id,
    message_id: messages.last_id ?? '',
    run_id: run.id,
    step_id: steps.last_id ?? '',
    file_id,
    waiting_thread_id: waiting.thread_id,
    waiting_run_id: waiting.id,
    upload_id,
    part_id: (JSON.parse(part.body.toString()) as UploadPart).id,
    vector_store_id,
    batch_id: batch.id,
    empty_store_id,
  };
}

/** The run once it has ended or waits. */
export async function endOf(api: Api, { thread_id: threadId, id }: Run): Promise<Run> {
  for (let tries = 0; tries < 1000; tries++) {
    const run = await api.get<Run>(`/threads/${threadId}/runs/${id}`);
    if (run.status === 'requires_action' || isTerminalRunStatus(run.status)) return run;
    await sleep(2);
  }
  throw new Error(`Run ${id} does not end.`);
}
