import type {
  FileObject,
  ListResponse,
  VectorStore,
  VectorStoreFile,
  VectorStoreFileBatch,
  VectorStoreSearchResults,
} from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '@cogitator-ai/openai-storage';
import { Random } from './interleavings/random.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { replaceMembers } from './server/replace-members.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { createHeldRetrieval } from './vector-stores/held-retrieval.ts';
import { addFile, createStore, upload } from './vector-stores/stores.ts';
import { connectApi } from './wire/api.ts';

const retrieval = createHeldRetrieval();
const server = await startEngineServer({ retrieval, sweepIntervalMs: 50, limits: { leaseMs: 2000, heartbeatMs: 200 } });
const api = connectApi(server.baseURL);
beforeEach(() => {
  retrieval.release();
  retrieval.failures = 0;
  retrieval.begun.length = 0;
});
afterAll(() => server.close());

/** The keys of the segments of a store, each of which is a blob. */
const segmentsOf = async (storeId: string) => {
  const { records } = await server.storage.list({ kind: 'segment', path: [storeId], order: 'asc', limit: 100 });
  return records.map(({ body }) => JSON.parse(body) as { id: string; file_id: string; embedding: string | null });
};
const blobsOf = async (storeId: string) => (await segmentsOf(storeId)).map(({ id }) => id);
const isStored = async (key: string) => {
  const signal = new AbortController().signal;
  return (await server.storage.blobs.get(key, { signal, range: { start: 0, end: 0 } })) !== null;
};
const usesOf = async (fileId: string) =>
  (await server.storage.list({ kind: 'file_use', path: [], where: { file_id: fileId }, order: 'asc', limit: 10 }))
    .records;

/** Longest wait for what a busy machine does later. */
const SOON = { timeout: 20_000 };
const NO_FILES = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };

const storeOf = (id: string) => api.get<VectorStore>(`/vector_stores/${id}`);
const settled = async (storeId: string): Promise<VectorStore> => {
  await expect.poll(() => storeOf(storeId), SOON).not.toHaveProperty('status', 'in_progress');
  return storeOf(storeId);
};
const filesOf = async (storeId: string, query = '') =>
  (await api.get<ListResponse<VectorStoreFile>>(`/vector_stores/${storeId}/files?limit=100&order=asc&${query}`)).data;
const search = async (storeId: string, query: string, more: object = {}) =>
  (await api.post<VectorStoreSearchResults>(`/vector_stores/${storeId}/search`, { query, ...more })).data.map(
    ({ filename }) => filename,
  );

describe('a file in a vector store', () => {
  it('is in progress until it can be searched', async () => {
    const storeId = await createStore(api);
    const fileId = await upload(api, 'a.txt', 'apples');
    retrieval.held = true;
    const added = await api.post<VectorStoreFile>(`/vector_stores/${storeId}/files`, { file_id: fileId });
    expect(added).toEqual({
      id: fileId,
      object: 'vector_store.file',
      usage_bytes: 0,
      created_at: expect.any(Number),
      vector_store_id: storeId,
      status: 'in_progress',
      last_error: null,
      chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 } },
      attributes: {},
    });
    expect(await storeOf(storeId)).toMatchObject({
      status: 'in_progress',
      usage_bytes: 0,
      file_counts: { ...NO_FILES, in_progress: 1, total: 1 },
    });
    expect(await search(storeId, 'apples')).toEqual([]);
    retrieval.release();
    const store = await settled(storeId);
    const file = await api.get<VectorStoreFile>(`/vector_stores/${storeId}/files/${fileId}`);
    expect(file).toEqual({ ...added, status: 'completed', usage_bytes: expect.any(Number) });
    expect(file.usage_bytes).toBeGreaterThan(0);
    expect(store).toMatchObject({
      status: 'completed',
      usage_bytes: file.usage_bytes,
      file_counts: { ...NO_FILES, completed: 1, total: 1 },
    });
    expect(await search(storeId, 'apples')).toEqual(['a.txt']);
    expect(await api.get(`/vector_stores/${storeId}/files/${fileId}/content`)).toEqual({
      object: 'vector_store.file_content.page',
      data: [{ type: 'text', text: 'apples' }],
      has_more: false,
      next_page: null,
    });
  });

  it('is the same when it is added again, unless it is to be cut otherwise', async () => {
    const storeId = await createStore(api);
    const fileId = await addFile(api, storeId, 'a.txt', 'apples and pears '.repeat(20));
    const path = `/vector_stores/${storeId}/files`;
    const file = await api.get<VectorStoreFile>(`${path}/${fileId}`);
    retrieval.begun.length = 0;
    expect(await api.post(path, { file_id: fileId })).toEqual(file);
    const attributes = { a: 1 };
    expect(await api.post(path, { file_id: fileId, attributes })).toEqual({ ...file, attributes });
    expect(await api.post(path, { file_id: fileId })).toEqual({ ...file, attributes });
    expect(await search(storeId, 'apples', { filters: { type: 'eq', key: 'a', value: 1 } })).toEqual(['a.txt']);
    expect(retrieval.begun).toEqual([]);

    const chunking_strategy = { type: 'static', static: { max_chunk_size_tokens: 100, chunk_overlap_tokens: 0 } };
    expect(await api.post(path, { file_id: fileId, chunking_strategy })).toEqual({
      ...file,
      attributes,
      chunking_strategy,
      status: 'in_progress',
      usage_bytes: 0,
    });
    const store = await settled(storeId);
    const [cut] = await filesOf(storeId);
    expect(cut).toMatchObject({ id: fileId, status: 'completed', chunking_strategy });
    expect(cut!.usage_bytes).toBeLessThan(file.usage_bytes);
    expect(store).toMatchObject({
      usage_bytes: cut!.usage_bytes,
      file_counts: { ...NO_FILES, completed: 1, total: 1 },
    });
    expect(await blobsOf(storeId)).toHaveLength(1);
  });

  it('that failed is tried anew when it is added again', async () => {
    const storeId = await createStore(api);
    const fileId = await upload(api, 'a.exe', 'apples');
    const path = `/vector_stores/${storeId}/files`;
    await api.post(path, { file_id: fileId });
    await settled(storeId);
    expect((await filesOf(storeId, 'filter=failed')).map(({ id }) => id)).toEqual([fileId]);
    expect(await api.post(path, { file_id: fileId })).toMatchObject({ status: 'in_progress', last_error: null });
    await settled(storeId);
    expect(retrieval.begun).toEqual(['a.exe', 'a.exe']);
  });

  it('is tried again after what may pass', async () => {
    const storeId = await createStore(api);
    retrieval.failures = 1;
    await addFile(api, storeId, 'a.txt', 'apples');
    expect(retrieval.begun).toEqual(['a.txt', 'a.txt']);
    expect(await settled(storeId)).toMatchObject({ file_counts: { ...NO_FILES, completed: 1, total: 1 } });
  });

  it('can be removed and added again while it is worked on', async () => {
    const storeId = await createStore(api);
    const fileId = await upload(api, 'a.txt', 'apples');
    const path = `/vector_stores/${storeId}/files`;
    retrieval.held = true;
    await api.post(path, { file_id: fileId });
    await expect.poll(() => retrieval.begun, SOON).toEqual(['a.txt']);
    await api.send('DELETE', `${path}/${fileId}`);
    expect(await storeOf(storeId)).toMatchObject({ status: 'completed', file_counts: NO_FILES });
    await api.post(path, { file_id: fileId });
    retrieval.release();
    expect(await settled(storeId)).toMatchObject({ file_counts: { ...NO_FILES, completed: 1, total: 1 } });
    expect(await blobsOf(storeId)).toHaveLength(1);
  });

  it('leaves all stores when it is deleted, also one that is worked on', async () => {
    const [one, two, busy] = [await createStore(api), await createStore(api), await createStore(api)];
    const fileId = await addFile(api, one, 'a.txt', 'apples');
    await api.post(`/vector_stores/${two}/files`, { file_id: fileId });
    await settled(two);
    retrieval.held = true;
    await api.post(`/vector_stores/${busy}/files`, { file_id: fileId });
    await expect.poll(() => retrieval.begun, SOON).toHaveLength(3);
    const blobs = [...(await blobsOf(one)), ...(await blobsOf(two))];
    await api.send('DELETE', `/files/${fileId}`);
    retrieval.release();
    for (const storeId of [one, two, busy]) {
      expect(await search(storeId, 'apples')).toEqual([]);
      expect(await storeOf(storeId)).toMatchObject({ status: 'completed', usage_bytes: 0, file_counts: NO_FILES });
      expect(await filesOf(storeId)).toEqual([]);
    }
    for (const key of [fileId, ...blobs]) expect(await isStored(key)).toBe(false);
    expect(await usesOf(fileId)).toEqual([]);
  });

  it('goes with its store, and stays itself', async () => {
    const storeId = await createStore(api);
    const fileId = await addFile(api, storeId, 'a.txt', 'apples');
    const [blob] = await blobsOf(storeId);
    await api.send('DELETE', `/vector_stores/${storeId}`);
    expect(await isStored(blob!)).toBe(false);
    expect(await usesOf(fileId)).toEqual([]);
    expect(await api.get(`/files/${fileId}`)).toMatchObject({ id: fileId });
  });

  it.each<[string, (storeId: string, fileId: string) => [string, object], number, string]>([
    [
      'of a file that does not exist',
      (id) => [`/vector_stores/${id}/files`, { file_id: 'file-none' }],
      400,
      'No such File object: file-none',
    ],
    [
      'of files of which one does not exist',
      (id, fileId) => [`/vector_stores/${id}/file_batches`, { file_ids: [fileId, 'file-none'] }],
      400,
      'No such File object: file-none',
    ],
    [
      'to a store that does not exist',
      (_, fileId) => ['/vector_stores/vs_none/files', { file_id: fileId }],
      404,
      "No vector store found with id 'vs_none'.",
    ],
    [
      'as a batch to a store that does not exist',
      (_, fileId) => ['/vector_stores/vs_none/file_batches', { file_ids: [fileId] }],
      404,
      "No vector store found with id 'vs_none'.",
    ],
    [
      'with too large an overlap',
      (id, fileId) => [
        `/vector_stores/${id}/files`,
        {
          file_id: fileId,
          chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 100, chunk_overlap_tokens: 51 } },
        },
      ],
      400,
      "Invalid 'chunking_strategy.static.chunk_overlap_tokens'",
    ],
    [
      'with a new store',
      (_, fileId) => ['/vector_stores', { file_ids: [fileId, 'file-none'] }],
      400,
      'No such File object: file-none',
    ],
  ])('is not added: %s', async (_, requestOf, status, message) => {
    const storeId = await createStore(api);
    const fileId = await upload(api, 'a.txt', 'apples');
    const [path, body] = requestOf(storeId, fileId);
    const answer = await api.send('POST', path, { body });
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
      status,
      { error: { message: expect.stringContaining(message), type: 'invalid_request_error' } },
    ]);
    expect(await storeOf(storeId)).toMatchObject({ file_counts: NO_FILES });
    expect(await filesOf(storeId)).toEqual([]);
  });

  it('names who asks for one that is in progress the time to ask again', async () => {
    const storeId = await createStore(api);
    const fileId = await upload(api, 'a.txt', 'apples');
    retrieval.held = true;
    const batch = await api.post<VectorStoreFileBatch>(`/vector_stores/${storeId}/file_batches`, {
      file_ids: [fileId],
    });
    const paths = [`files/${fileId}`, `file_batches/${batch.id}`].map((path) => `/vector_stores/${storeId}/${path}`);
    const headers = async () =>
      Promise.all(paths.map(async (path) => (await api.send('GET', path)).headers['openai-poll-after-ms']));
    expect(await headers()).toEqual(['200', '200']);
    retrieval.release();
    await settled(storeId);
    expect(await headers()).toEqual([undefined, undefined]);
  });
});

describe('a batch of files', () => {
  const batchOf = (storeId: string, batchId: string) =>
    api.get<VectorStoreFileBatch>(`/vector_stores/${storeId}/file_batches/${batchId}`);
  const filesOfBatch = async (storeId: string, batchId: string, query = '') =>
    (
      await api.get<ListResponse<VectorStoreFile>>(
        `/vector_stores/${storeId}/file_batches/${batchId}/files?limit=100&order=asc&${query}`,
      )
    ).data.map(({ id }) => id);
  const create = (storeId: string, body: object) =>
    api.post<VectorStoreFileBatch>(`/vector_stores/${storeId}/file_batches`, body);

  it('is cancelled: what is not done is left', async () => {
    const storeId = await createStore(api);
    const done = await addFile(api, storeId, 'done.txt', 'done');
    retrieval.held = true;
    const [a, b, c] = [
      await upload(api, 'a.txt', 'a'),
      await upload(api, 'b.txt', 'b'),
      await upload(api, 'c.txt', 'c'),
    ];
    const batch = await create(storeId, { file_ids: [done, a, b, c, a] });
    expect(batch).toMatchObject({
      status: 'in_progress',
      file_counts: { ...NO_FILES, in_progress: 3, completed: 1, total: 4 },
    });
    const cancelled = await api.post<VectorStoreFileBatch>(`/vector_stores/${storeId}/file_batches/${batch.id}/cancel`);
    const counts = { ...NO_FILES, cancelled: 3, completed: 1, total: 4 };
    expect(cancelled).toEqual({ ...batch, status: 'cancelled', file_counts: counts });
    retrieval.release();
    expect(await batchOf(storeId, batch.id)).toEqual(cancelled);
    expect(await storeOf(storeId)).toMatchObject({ status: 'completed', file_counts: counts });
    expect(await filesOfBatch(storeId, batch.id, 'filter=cancelled')).toEqual([a, b, c]);
    expect(await filesOfBatch(storeId, batch.id, 'filter=completed')).toEqual([done]);
    const again = await create(storeId, { file_ids: [a, b, c] });
    await expect.poll(() => batchOf(storeId, again.id), SOON).toHaveProperty('status', 'completed');
    expect(await search(storeId, 'a')).toEqual(['a.txt']);
    expect(await batchOf(storeId, batch.id)).toEqual(cancelled);
    expect(await blobsOf(storeId)).toHaveLength(4);
  });

  it('gives each file its attributes, and takes those of others over', async () => {
    const storeId = await createStore(api);
    const [a, b] = [await upload(api, 'a.txt', 'a'), await upload(api, 'b.txt', 'b')];
    retrieval.held = true;
    const first = await create(storeId, { file_ids: [a, b], attributes: { n: 1 } });
    const second = await create(storeId, { files: [{ file_id: b, attributes: { n: 2 } }], attributes: { n: 3 } });
    expect(await filesOfBatch(storeId, first.id)).toEqual([a]);
    expect(await batchOf(storeId, first.id)).toMatchObject({ file_counts: { in_progress: 1, total: 1 } });
    retrieval.release();
    await expect.poll(() => batchOf(storeId, first.id), SOON).toHaveProperty('status', 'completed');
    await expect.poll(() => batchOf(storeId, second.id), SOON).toHaveProperty('status', 'completed');
    expect((await filesOf(storeId)).map(({ attributes }) => attributes)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('loses the files that are removed', async () => {
    const storeId = await createStore(api);
    const [a, b] = [await upload(api, 'a.txt', 'a'), await upload(api, 'b.txt', 'b')];
    retrieval.held = true;
    const batch = await create(storeId, { file_ids: [a, b] });
    await api.send('DELETE', `/vector_stores/${storeId}/files/${a}`);
    expect(await batchOf(storeId, batch.id)).toMatchObject({ file_counts: { in_progress: 1, total: 1 } });
    await api.send('DELETE', `/files/${b}`);
    expect(await batchOf(storeId, batch.id)).toMatchObject({ status: 'completed', file_counts: NO_FILES });
    retrieval.release();
  });

  it('may have two thousand files', async () => {
    const idle = await startEngineServer({ retrieval, maxConcurrentIngestions: 0 });
    const idleApi = connectApi(idle.baseURL);
    const file = await idleApi.get<FileObject>(`/files/${await upload(idleApi, 'a.txt', 'a')}`);
    const ids = Array.from({ length: 2000 }, (_, index) => `file-${String(index).padStart(24, '0')}`);
    const writes = ids.map((id) => {
      const key = { kind: 'file', path: [], id } as const;
      return { write: 'insert' as const, key, body: JSON.stringify({ ...file, id }) };
    });
    await idle.storage.commit({ writes });
    const path = `/vector_stores/${await createStore(idleApi)}`;
    const batch = await idleApi.post<VectorStoreFileBatch>(`${path}/file_batches`, { file_ids: ids });
    expect(batch).toMatchObject({ file_counts: { ...NO_FILES, in_progress: 2000, total: 2000 } });
    const cancelled = { ...NO_FILES, cancelled: 2000, total: 2000 };
    expect(await idleApi.post(`${path}/file_batches/${batch.id}/cancel`)).toMatchObject({ file_counts: cancelled });
    expect(await idleApi.get(path)).toMatchObject({ status: 'completed', file_counts: cancelled });
    await idleApi.send('DELETE', path);
    expect((await idleApi.send('GET', path)).status).toBe(404);
    await idle.close();
  });
});

describe('segments', () => {
  it('are given vectors when there is something to make them with, once they are searched', async () => {
    const storeId = await createStore(api);
    const fileId = await addFile(api, storeId, 'a.txt', 'apples', { attributes: { a: 1 } });
    const [before] = await blobsOf(storeId);
    retrieval.embedding = 'test@4';
    await search(storeId, 'apples');
    await expect
      .poll(async () => (await segmentsOf(storeId)).map(({ embedding }) => embedding), SOON)
      .toEqual(['test@4']);
    expect(await segmentsOf(storeId)).toMatchObject([{ file_id: fileId, attributes: { a: 1 } }]);
    // Its content stays for a while, for searches that have begun.
    expect(await isStored(before!)).toBe(true);
    expect(await server.storage.get({ kind: 'unowned_blob', path: [], id: before! })).not.toBeNull();
    expect(await search(storeId, 'apples', { filters: { type: 'eq', key: 'a', value: 1 } })).toEqual(['a.txt']);
    expect(await filesOf(storeId)).toMatchObject([{ status: 'completed', attributes: { a: 1 } }]);
    retrieval.embedding = null;
  });
});

describe('counts', () => {
  it('are those of the files, whatever clients do at once', async () => {
    const storeId = await createStore(api);
    const path = `/vector_stores/${storeId}`;
    const names = ['a.txt', 'b.txt', 'c.exe', 'd.broken', 'e.txt', 'f.txt'];
    const ids = await Promise.all(names.map((name) => upload(api, name, `text of ${name}`)));
    const random = new Random(7);
    const batches: string[] = [];
    const one = () => random.pick(ids);
    const act = async (): Promise<unknown> => {
      switch (random.between(0, 5)) {
        case 0:
          return api.send('DELETE', `${path}/files/${one()}`);
        case 1:
          return api.send('POST', `${path}/files/${one()}`, { body: { attributes: { n: random.between(0, 9) } } });
        case 2: {
          const size = random.pick([100, 200]);
          const sizes = { max_chunk_size_tokens: size, chunk_overlap_tokens: 0 };
          return api.post(`${path}/files`, { file_id: one(), chunking_strategy: { type: 'static', static: sizes } });
        }
        case 3: {
          const batch = await api.post<VectorStoreFileBatch>(`${path}/file_batches`, {
            file_ids: [one(), one(), one()],
          });
          return batches.push(batch.id);
        }
        case 4:
          return batches.length > 0 && api.post(`${path}/file_batches/${batches.at(-1)}/cancel`);
        default:
          return search(storeId, 'text');
      }
    };
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 8 }, act));
    const store = await settled(storeId);
    const files = await filesOf(storeId);
    const count = (status: string) => files.filter((file) => file.status === status).length;
    expect(store).toMatchObject({
      usage_bytes: files.reduce((sum, { usage_bytes: bytes }) => sum + bytes, 0),
      file_counts: {
        in_progress: 0,
        completed: count('completed'),
        failed: count('failed'),
        cancelled: count('cancelled'),
        total: files.length,
      },
    });
    for (const id of batches) {
      const batch = await api.get<VectorStoreFileBatch>(`${path}/file_batches/${id}`);
      const { total, ...each } = batch.file_counts;
      expect(Object.values(each).reduce((sum, number) => sum + number)).toBe(total);
      expect(each.in_progress).toBe(0);
    }
    const segments = await segmentsOf(storeId);
    const completed = files.filter(({ status }) => status === 'completed').map(({ id }) => id);
    expect(segments.map(({ file_id: id }) => id).toSorted()).toEqual(completed.toSorted());
    for (const { id } of segments) expect(await isStored(id)).toBe(true);
    expect((await search(storeId, 'text', { max_num_results: 50 })).length).toBe(completed.length);
  });
});

describe('several servers', () => {
  it('share the files of a batch, also those of one that is lost', async () => {
    const shared = await openTestStorage();
    const lost = makeUnreliable(replaceMembers(shared, { close: () => Promise.resolve() }));
    lost.fail('renew', { times: Infinity });
    const limits = { leaseMs: 1000, heartbeatMs: 200 };
    const start = async (storage: Storage, maxConcurrentIngestions = 2) => {
      const own = createHeldRetrieval();
      own.held = true;
      const options = { storage, retrieval: own, maxConcurrentIngestions, limits, sweepIntervalMs: 50 };
      return { retrieval: own, server: await startEngineServer(options) };
    };
    const broken = await start(lost.storage);
    const brokenApi = connectApi(broken.server.baseURL);
    const storeId = await createStore(brokenApi);
    const names = Array.from({ length: 30 }, (_, index) => `${index}.txt`);
    const ids = await Promise.all(names.map((name) => upload(brokenApi, name, `text ${name}`)));
    const path = `/vector_stores/${storeId}/file_batches`;
    const batch = await brokenApi.post<VectorStoreFileBatch>(path, { file_ids: ids });
    await expect.poll(() => broken.retrieval.begun, SOON).toHaveLength(2);

    const others = [await start(replaceMembers(shared, { close: () => Promise.resolve() })), await start(shared)];
    for (const { retrieval: own } of others) await expect.poll(() => own.begun, SOON).toHaveLength(2);
    for (const { retrieval: own } of others) own.release();
    const counts = { ...NO_FILES, completed: 30, total: 30 };
    await expect
      .poll(() => brokenApi.get(`${path}/${batch.id}`), SOON)
      .toMatchObject({ status: 'completed', file_counts: counts });
    const begun = others.map(({ retrieval: own }) => own.begun);
    expect(begun.flat().toSorted()).toEqual(names.toSorted());

    broken.retrieval.release();
    await broken.server.close();
    expect(await brokenBlobs(shared, storeId)).toEqual([]);
    for (const { server: other } of others) await other.close();
  });
});

/** Blobs that are stored although they are no segment's. */
async function brokenBlobs(storage: Storage, storeId: string): Promise<string[]> {
  const [notes, segments] = await Promise.all(
    [
      { kind: 'unowned_blob', path: [] },
      { kind: 'segment', path: [storeId] },
    ].map(({ kind, path }) => storage.list({ kind: kind as 'segment', path, order: 'asc', limit: 100 })),
  );
  expect(segments!.records).toHaveLength(30);
  return notes!.records.map(({ key }) => key.id);
}
