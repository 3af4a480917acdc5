import type { Assistant, FileObject, Run, Thread, VectorStore } from '@cogitator-ai/openai-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { createHeldRetrieval } from './vector-stores/held-retrieval.ts';
import { addFile } from './vector-stores/stores.ts';
import { connectApi } from './wire/api.ts';

const DAY_MS = 86_400_000;
const SOON = { timeout: 20_000 };
let daysLater = 0;
const storage = await openTestStorage({ now: () => Date.now() + daysLater * DAY_MS });
const server = await startEngineServer({ storage, retrieval: createHeldRetrieval(), sweepIntervalMs: 20 });
const api = connectApi(server.baseURL);
afterAll(() => server.close());

const create = async (days: number) =>
  (await api.post<VectorStore>('/vector_stores', { expires_after: { anchor: 'last_active_at', days } })).id;
const post = async (path: string, body: object) => {
  const answer = await api.send('POST', path, { body });
  return [answer.status, (JSON.parse(answer.body.toString()) as { error?: { message: string } }).error?.message];
};

describe('a vector store whose time is up', () => {
  it('has no files any more, and stays to say so', async () => {
    const [storeId, longer] = [await create(1), await create(9)];
    const fileId = await addFile(api, storeId, 'a.txt', 'apples');
    await addFile(api, longer, 'b.txt', 'apples');
    const thread = await api.post<Thread>('/threads', {
      tool_resources: { file_search: { vector_store_ids: [storeId] } },
      messages: [{ role: 'user', content: 'Apples?' }],
    });
    daysLater += 2;
    // No change revives it.
    expect(await api.post(`/vector_stores/${storeId}`, { name: 'x', expires_after: null })).toMatchObject({
      name: 'x',
      status: 'expired',
    });
    const message = `Vector store '${storeId}' has expired.`;
    expect(await post(`/vector_stores/${storeId}/search`, { query: 'apples' })).toEqual([400, message]);
    expect(await post(`/vector_stores/${storeId}/files`, { file_id: fileId })).toEqual([400, message]);
    expect(await post(`/vector_stores/${storeId}/file_batches`, { file_ids: [fileId] })).toEqual([400, message]);
    const empty = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };
    await expect
      .poll(() => api.get(`/vector_stores/${storeId}`), SOON)
      .toMatchObject({ status: 'expired', usage_bytes: 0, file_counts: empty });
    await expect.poll(async () => (await storage.list(segmentsOf(storeId))).records, SOON).toEqual([]);
    expect(await api.get(`/vector_stores/${storeId}/files`)).toMatchObject({ data: [] });
    expect(await api.get<FileObject>(`/files/${fileId}`)).toMatchObject({ id: fileId });
    expect(await api.get(`/vector_stores/${longer}`)).toMatchObject({ status: 'completed', file_counts: { total: 1 } });

    // What searches it fails.
    const { id: assistant_id } = await api.post<Assistant>('/assistants', {
      model: server.model,
      tools: [{ type: 'file_search' }],
    });
    server.upstream.script({
      toolCalls: [{ id: 'call_1', name: 'file_search', arguments: ['{"queries":["apples"]}'] }],
    });
    const run = await api.post<Run>(`/threads/${thread.id}/runs`, { assistant_id });
    await expect
      .poll(() => api.get<Run>(`/threads/${thread.id}/runs/${run.id}`), SOON)
      .toMatchObject({ status: 'failed', last_error: { code: 'server_error', message } });

    // What is attached to its thread makes it a new one.
    const attachments = [{ file_id: fileId, tools: [{ type: 'file_search' }] }];
    await api.post(`/threads/${thread.id}/messages`, { role: 'user', content: 'These', attachments });
    const resources = (await api.get<Thread>(`/threads/${thread.id}`)).tool_resources;
    expect(resources.file_search!.vector_store_ids).not.toEqual([storeId]);
    expect(await api.get(`/vector_stores/${resources.file_search!.vector_store_ids[0]}`)).toMatchObject({
      file_counts: { total: 1 },
    });
  });

  it('is no longer so when it is used before', async () => {
    const storeId = await create(3);
    const { expires_at: expiresAt } = await api.get<VectorStore>(`/vector_stores/${storeId}`);
    await expect
      .poll(async () => {
        await api.post(`/vector_stores/${storeId}/search`, { query: 'x' });
        return (await api.get<VectorStore>(`/vector_stores/${storeId}`)).expires_at;
      }, SOON)
      .toBeGreaterThan(expiresAt!);
  });

  it('is left by a file whose own time is up', async () => {
    const storeId = await create(300);
    const fileId = await addFile(api, storeId, 'a.txt', 'apples');
    const record = (await storage.get({ kind: 'file', path: [], id: fileId }))!;
    const { key, body } = record;
    const dueAt = (await storage.now()) + DAY_MS;
    await storage.commit({ writes: [{ write: 'put', key, body, dueAt, filters: { purpose: 'assistants' } }] });
    daysLater += 2;
    await expect.poll(() => api.get(`/vector_stores/${storeId}`), SOON).toMatchObject({ file_counts: { total: 0 } });
    expect(await api.post(`/vector_stores/${storeId}/search`, { query: 'apples' })).toMatchObject({ data: [] });
    expect(await post(`/vector_stores/${storeId}/files`, { file_id: fileId })).toEqual([
      400,
      `No such File object: ${fileId}`,
    ]);
  });
});

function segmentsOf(storeId: string) {
  return { kind: 'segment', path: [storeId], order: 'asc', limit: 1 } as const;
}
