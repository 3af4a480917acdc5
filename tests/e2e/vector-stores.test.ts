import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { createHeldRetrieval } from './vector-stores/held-retrieval.ts';

const retrieval = createHeldRetrieval();
const server = await startEngineServer({ retrieval, sweepIntervalMs: 50 });
afterAll(() => server.close());

const NO_FILES = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };

describe.each(EVERY_SDK)('vector stores through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL, maxRetries: 0 });
  const { vectorStores } = client;
  const upload = (name: string, text: string) => sdk.toFile(Buffer.from(text), name);
  const create = async (name: string, text: string) =>
    (await client.files.create({ file: await upload(name, text), purpose: 'assistants' })).id;

  it('are made, listed, changed and deleted', async () => {
    const store = await vectorStores.create({});
    expect(store).toEqual({
      id: expect.stringMatching(/^vs_[A-Za-z0-9]{20,}$/),
      object: 'vector_store',
      created_at: expect.any(Number),
      name: null,
      description: null,
      usage_bytes: 0,
      file_counts: NO_FILES,
      status: 'completed',
      expires_after: null,
      expires_at: null,
      last_active_at: store.created_at,
      metadata: {},
    });
    expect(await vectorStores.retrieve(store.id)).toEqual(store);
    const expires_after = { anchor: 'last_active_at', days: 3 } as const;
    const changed = await vectorStores.update(store.id, { name: 'Fruit', metadata: { a: 'b' }, expires_after });
    expect(changed).toEqual({
      ...store,
      name: 'Fruit',
      metadata: { a: 'b' },
      expires_after,
      expires_at: store.created_at + 3 * 86_400,
    });
    expect(await vectorStores.update(store.id, { expires_after: null })).toMatchObject({
      name: 'Fruit',
      expires_after: null,
      expires_at: null,
    });
    const { id: other } = await vectorStores.create({ name: 'Other' });
    const newest = await vectorStores.list({ limit: 2 });
    expect([newest.data.map(({ id }) => id), newest.has_more]).toEqual([[other, store.id], expect.any(Boolean)]);
    expect((await vectorStores.list({ limit: 1, after: other })).data.map(({ id }) => id)).toEqual([store.id]);
    for (const id of [store.id, other]) {
      expect(await vectorStores.delete(id)).toEqual({ id, object: 'vector_store.deleted', deleted: true });
      const gone = { status: 404, error: { message: `No vector store found with id '${id}'.` } };
      await expect(vectorStores.retrieve(id)).rejects.toMatchObject(gone);
      await expect(vectorStores.update(id, {})).rejects.toMatchObject(gone);
      await expect(vectorStores.delete(id)).rejects.toMatchObject(gone);
      await expect(vectorStores.files.list(id)).rejects.toMatchObject(gone);
      await expect(vectorStores.search(id, { query: 'x' })).rejects.toMatchObject(gone);
    }
  });

  it('take files, which are searched until they are removed', async () => {
    const { id: vector_store_id } = await vectorStores.create({});
    const file = await vectorStores.files.uploadAndPoll(vector_store_id, await upload('fruit.txt', 'Anna eats apples'));
    expect(file).toMatchObject({ object: 'vector_store.file', status: 'completed', attributes: {}, vector_store_id });
    const carId = await create('cars.txt', 'Bernd drives cars');
    const attributes = { kind: 'car', year: 1999, isOld: true };
    const car = await vectorStores.files.createAndPoll(vector_store_id, { file_id: carId, attributes });
    expect(car).toMatchObject({ id: carId, status: 'completed', attributes });
    expect(await vectorStores.files.retrieve(carId, { vector_store_id })).toEqual(car);
    expect(await Array.fromAsync(vectorStores.files.list(vector_store_id, { limit: 1, order: 'asc' }))).toEqual([
      file,
      car,
    ]);

    const found = await vectorStores.search(vector_store_id, { query: 'cars' });
    expect(found.data).toEqual([
      {
        file_id: carId,
        filename: 'cars.txt',
        score: 1,
        attributes,
        content: [{ type: 'text', text: 'Bernd drives cars' }],
      },
    ]);
    expect(await Array.fromAsync(vectorStores.files.content(carId, { vector_store_id }))).toEqual([
      { type: 'text', text: 'Bernd drives cars' },
    ]);

    expect(await vectorStores.files.update(carId, { vector_store_id, attributes: { kind: 'truck' } })).toEqual({
      ...car,
      attributes: { kind: 'truck' },
    });
    expect((await vectorStores.search(vector_store_id, { query: 'cars' })).data[0]!.attributes).toEqual({
      kind: 'truck',
    });
    expect(await vectorStores.files.update(carId, { vector_store_id, attributes: null })).toHaveProperty(
      'attributes',
      {},
    );

    expect(await vectorStores.files.delete(carId, { vector_store_id })).toEqual({
      id: carId,
      object: 'vector_store.file.deleted',
      deleted: true,
    });
    expect((await vectorStores.search(vector_store_id, { query: 'cars' })).data).toEqual([]);
    const gone = {
      status: 404,
      error: { message: `No file found with id '${carId}' in vector store '${vector_store_id}'.` },
    };
    await expect(vectorStores.files.retrieve(carId, { vector_store_id })).rejects.toMatchObject(gone);
    await expect(vectorStores.files.delete(carId, { vector_store_id })).rejects.toMatchObject(gone);
    await expect(vectorStores.files.update(carId, { vector_store_id, attributes: {} })).rejects.toMatchObject(gone);
    expect(await client.files.retrieve(carId)).toMatchObject({ filename: 'cars.txt' });
    expect(await vectorStores.retrieve(vector_store_id)).toMatchObject({
      usage_bytes: file.usage_bytes,
      file_counts: { ...NO_FILES, completed: 1, total: 1 },
    });
  });

  it('take files together, some of which cannot be read', async () => {
    const { id: vector_store_id } = await vectorStores.create({});
    const { fileBatches } = vectorStores;
    const { id: batchId, ...batch } = await fileBatches.uploadAndPoll(vector_store_id, {
      files: [await upload('a.txt', 'a'), await upload('b.exe', 'b'), await upload('c.broken', 'c')],
      fileIds: [await create('d.txt', 'd')],
    });
    const counts = { ...NO_FILES, completed: 2, failed: 2, total: 4 };
    expect(batch).toEqual({
      object: 'vector_store.file_batch',
      created_at: expect.any(Number),
      vector_store_id,
      status: 'completed',
      file_counts: counts,
    });
    expect(await fileBatches.retrieve(batchId, { vector_store_id })).toEqual({ id: batchId, ...batch });
    expect(await fileBatches.cancel(batchId, { vector_store_id })).toEqual({ id: batchId, ...batch });
    expect(await vectorStores.retrieve(vector_store_id)).toMatchObject({ status: 'completed', file_counts: counts });
    const failed = await Array.fromAsync(
      fileBatches.listFiles(batchId, { vector_store_id, filter: 'failed', order: 'asc', limit: 1 }),
    );
    expect(failed.map(({ last_error }) => last_error).toSorted((a, b) => (a!.code < b!.code ? -1 : 1))).toEqual([
      { code: 'invalid_file', message: 'The file could not be parsed.' },
      { code: 'unsupported_file', message: 'The file type is not supported.' },
    ]);
    expect(await Array.fromAsync(fileBatches.listFiles(batchId, { vector_store_id, limit: 3 }))).toHaveLength(4);
    await vectorStores.delete(vector_store_id);
    const gone = { status: 404, error: { message: `No vector store found with id '${vector_store_id}'.` } };
    await expect(fileBatches.retrieve(batchId, { vector_store_id })).rejects.toMatchObject(gone);
  });

  it('are made with assistants and threads, and by the attachments of messages', async () => {
    const fruit = await create('fruit.txt', 'apples');
    const assistant = await client.beta.assistants.create({
      model: server.model,
      tools: [{ type: 'file_search' }],
      tool_resources: { file_search: { vector_stores: [{ file_ids: [fruit], metadata: { of: 'assistant' } }] } },
    });
    const [ofAssistant] = assistant.tool_resources!.file_search!.vector_store_ids!;
    expect(await vectorStores.retrieve(ofAssistant!)).toMatchObject({
      metadata: { of: 'assistant' },
      expires_after: null,
      file_counts: { total: 1 },
    });

    const attachments = [{ file_id: fruit, tools: [{ type: 'file_search' as const }] }];
    const message = { role: 'user' as const, content: 'Hello', attachments };
    const thread = await client.beta.threads.create({ messages: [message] });
    const [ofThread] = thread.tool_resources!.file_search!.vector_store_ids!;
    const store = await vectorStores.retrieve(ofThread!);
    expect(store).toMatchObject({
      expires_after: { anchor: 'last_active_at', days: 7 },
      expires_at: store.last_active_at! + 7 * 86_400,
      file_counts: { total: 1 },
    });
    const cars = await create('cars.txt', 'cars');
    await client.beta.threads.messages.create(thread.id, {
      ...message,
      attachments: [{ file_id: cars, tools: [{ type: 'file_search' }] }],
    });
    expect((await client.beta.threads.retrieve(thread.id)).tool_resources).toEqual(thread.tool_resources);
    expect(await Array.fromAsync(vectorStores.files.list(ofThread!, { order: 'asc' }), ({ id }) => id)).toEqual([
      fruit,
      cars,
    ]);

    const { id: empty } = await client.beta.threads.create();
    await client.beta.threads.messages.create(empty, message);
    const made = (await client.beta.threads.retrieve(empty)).tool_resources!.file_search!.vector_store_ids!;
    expect(await vectorStores.retrieve(made[0]!)).toMatchObject({ file_counts: { total: 1 } });
  });
});
