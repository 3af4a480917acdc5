import type { VectorStoreFile } from '@cogitator-ai/openai-protocol';
import { type Commit, type Storage, StorageError, type Write } from '@cogitator-ai/openai-storage';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import type { ModelPort } from '../ports/model-port.ts';
import { IngestionError, type RetrievalPort, type SourceFile } from '../ports/retrieval-port.ts';
import { fileKey, fileUseKey, vectorStoreFileKey, vectorStoreKey } from '../records/keys.ts';

const FILE_ID = 'file-01';
const NO_MODELS: ModelPort = {
  accepts: () => false,
  list: () => Promise.resolve([]),
  stream: () => {
    throw new Error('There are no models.');
  },
};

/** An engine on a memory that holds one file, and what happens just before a commit. */
async function createWorld(options: { retrieval?: RetrievalPort } = {}) {
  const memory = createMemoryStorage();
  const before: { when: (writes: readonly Write[]) => boolean; act: (commit: Commit) => Promise<unknown> }[] = [];
  const storage: Storage = {
    ...bound(memory),
    async commit(commit) {
      const index = before.findIndex(({ when }) => when(commit.writes ?? []));
      if (index !== -1) await before.splice(index, 1)[0]!.act(commit);
      return memory.commit(commit);
    },
  };
  const engine = createEngine({ storage, models: NO_MODELS, sweepIntervalMs: 20, ...options });
  const file = {
    id: FILE_ID,
    object: 'file',
    bytes: 1,
    created_at: 0,
    expires_at: null,
    filename: 'a.txt',
    purpose: 'assistants',
    status: 'processed',
    status_details: null,
  };
  await memory.commit({ writes: [{ write: 'insert', key: fileKey(FILE_ID), body: JSON.stringify(file) }] });
  await memory.blobs.put(FILE_ID, bytesOf('x'), { signal: new AbortController().signal });
  const { value: store } = await engine.vectorStores.create({});
  return { engine, storage: memory, storeId: store.id, before };
}

type World = Awaited<ReturnType<typeof createWorld>>;

function bound(storage: Storage): Storage {
  const { events, blobs, name } = storage;
  return {
    name,
    events,
    blobs,
    get: (key) => storage.get(key),
    getMany: (keys) => storage.getMany(keys),
    list: (request) => storage.list(request),
    due: (kind, limit) => storage.due(kind, limit),
    renew: (leases, options) => storage.renew(leases, options),
    now: () => storage.now(),
    close: () => storage.close(),
    commit: (commit) => storage.commit(commit),
  };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const forgetsUse = (writes: readonly Write[]) =>
  writes.some(({ write, key }) => write === 'delete' && key.kind === 'file_use');

describe('a file that is removed from a store', () => {
  it('and added again meanwhile is still noted as used', async () => {
    const { engine, storage, storeId, before } = await createWorld();
    const { vectorStoreFiles: files } = engine;
    await files.create(storeId, { file_id: FILE_ID });
    before.push({ when: forgetsUse, act: () => files.create(storeId, { file_id: FILE_ID }) });
    await files.delete(storeId, FILE_ID);
    expect(await storage.get(vectorStoreFileKey(storeId, FILE_ID))).not.toBeNull();
    expect(await storage.get(fileUseKey(FILE_ID, storeId))).not.toBeNull();
    await engine.files.delete(FILE_ID);
    expect(await storage.get(vectorStoreFileKey(storeId, FILE_ID))).toBeNull();
    expect(await storage.get(fileUseKey(FILE_ID, storeId))).toBeNull();
  });

  it('is not in it when it was added again and then deleted meanwhile', async () => {
    const { engine, storage, storeId, before } = await createWorld();
    const { vectorStoreFiles: files } = engine;
    await files.create(storeId, { file_id: FILE_ID });
    before.push({
      when: forgetsUse,
      async act() {
        await files.create(storeId, { file_id: FILE_ID });
        await storage.commit({ writes: [{ write: 'delete', key: fileKey(FILE_ID) }] });
      },
    });
    await files.delete(storeId, FILE_ID);
    expect(await storage.get(vectorStoreFileKey(storeId, FILE_ID))).toBeNull();
    const { value } = await engine.vectorStores.retrieve(storeId);
    expect(value.file_counts.total).toBe(0);
  });
});

describe('a file that is added to a store', () => {
  it('is noted as used, also when it was removed at the same time', async () => {
    const { engine, storage, storeId, before } = await createWorld();
    const { vectorStoreFiles: files } = engine;
    await files.create(storeId, { file_id: FILE_ID });
    const adds = (writes: readonly Write[]) =>
      writes.some(({ write, key }) => write === 'put' && key.kind === 'vector_store_file');
    before.push({ when: adds, act: () => files.delete(storeId, FILE_ID) });
    await files.create(storeId, { file_id: FILE_ID });
    expect(await storage.get(vectorStoreFileKey(storeId, FILE_ID))).not.toBeNull();
    expect(await storage.get(fileUseKey(FILE_ID, storeId))).not.toBeNull();
  });

  it('is searchable when only the answer to the commit that ends it was lost', async () => {
    const { engine, storage, storeId, before } = await createWorld({ retrieval: copyingRetrieval() });
    const ends = (writes: readonly Write[]) => writes.some(({ key }) => key.kind === 'segment');
    before.push({
      when: ends,
      async act(commit) {
        await storage.commit(commit);
        throw new StorageError('unavailable', 'The answer was lost.');
      },
    });
    engine.start();
    await engine.vectorStoreFiles.create(storeId, { file_id: FILE_ID });
    await expect
      .poll(() => engine.vectorStoreFiles.retrieve(storeId, FILE_ID))
      .toMatchObject({ value: { status: 'completed', usage_bytes: 1 } });
    await engine.close({ signal: AbortSignal.abort() });
    const { records } = await storage.list({ kind: 'segment', path: [storeId], order: 'asc', limit: 10 });
    expect(records).toHaveLength(1);
    const signal = new AbortController().signal;
    expect(await storage.blobs.get(records[0]!.key.id, { signal })).toMatchObject({ bytes: 1 });
    expect((await storage.list({ kind: 'unowned_blob', path: [], order: 'asc', limit: 10 })).records).toEqual([]);
  });

  it('has failed when its content cannot be found', async () => {
    const world = await createWorld({ retrieval: copyingRetrieval() });
    await world.storage.blobs.delete(FILE_ID);
    await expectFailure(world, 'The content of the file could not be found.');
  });
});

/** Segments are the files. */
function copyingRetrieval(): RetrievalPort {
  return {
    embedding: null,
    ingest: ({ content, bytes }: SourceFile) => Promise.resolve({ content, bytes, chunks: 1, embedding: null }),
  } as unknown as RetrievalPort;
}

/** Adds the file, which is not left to wait for another attempt, until it has failed with this message. */
async function expectFailure({ engine, storage, storeId }: World, message: string): Promise<void> {
  engine.start();
  await engine.vectorStoreFiles.create(storeId, { file_id: FILE_ID });
  const key = vectorStoreFileKey(storeId, FILE_ID);
  const hurried = async (): Promise<VectorStoreFile> => {
    const { dueAt, fence } = (await storage.get(key))!;
    if (dueAt !== null) await storage.renew([{ key, fence }], { ms: 0 });
    return (await engine.vectorStoreFiles.retrieve(storeId, FILE_ID)).value;
  };
  await expect
    .poll(hurried, { interval: 20 })
    .toMatchObject({ status: 'failed', last_error: { code: 'server_error', message } });
  await engine.close({ signal: AbortSignal.abort() });
}

describe('a store whose deletion breaks off', () => {
  it('is gone, takes nothing, and is removed by a sweep', async () => {
    const { engine, storage, storeId, before } = await createWorld();
    await engine.vectorStoreFiles.create(storeId, { file_id: FILE_ID });
    const isRemoval = (writes: readonly Write[]) =>
      writes.some(({ write, key }) => write === 'delete' && key.kind === 'vector_store_file');
    before.push({ when: isRemoval, act: () => Promise.reject(new Error('The process ends.')) });
    expect((await engine.vectorStores.delete(storeId)).value).toHaveProperty('deleted', true);
    const missing = { status: 404 };
    await expect(engine.vectorStores.retrieve(storeId)).rejects.toMatchObject(missing);
    await expect(engine.vectorStores.update(storeId, { name: 'x' })).rejects.toMatchObject(missing);
    await expect(engine.vectorStores.delete(storeId)).rejects.toMatchObject(missing);
    await expect(engine.vectorStoreFiles.create(storeId, { file_id: FILE_ID })).rejects.toMatchObject(missing);
    expect(await storage.get(vectorStoreKey(storeId))).not.toBeNull();
    engine.start();
    await expect.poll(() => storage.get(vectorStoreKey(storeId)), { timeout: 4000 }).toBeNull();
    expect(await storage.get(fileUseKey(FILE_ID, storeId))).toBeNull();
    await engine.close({ signal: AbortSignal.abort() });
  });
});

describe('an engine that is closed', () => {
  it('hands over at once what it makes searchable, and counts no attempt', async () => {
    const { promise: isBegun, resolve: begin } = Promise.withResolvers<void>();
    const retrieval = {
      embedding: null,
      ingest: (_: unknown, { signal }: { signal: AbortSignal }) => {
        begin();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    } as unknown as RetrievalPort;
    const { engine, storage, storeId } = await createWorld({ retrieval });
    engine.start();
    await engine.vectorStoreFiles.create(storeId, { file_id: FILE_ID });
    await isBegun;
    await engine.close({ signal: AbortSignal.abort() });
    const record = await storage.get(vectorStoreFileKey(storeId, FILE_ID));
    expect(record!.dueAt).toBeLessThanOrEqual(await storage.now());
    expect(JSON.parse(record!.state!)).toMatchObject({ attempts: 0 });
  });
});

describe('a file that can never be embedded', () => {
  it('has failed after five attempts', async () => {
    let attempts = 0;
    const retrieval = {
      embedding: null,
      ingest: () => {
        attempts++;
        return Promise.reject(new IngestionError('server_error', 'Nobody embeds.'));
      },
    } as unknown as RetrievalPort;
    await expectFailure(await createWorld({ retrieval }), 'Nobody embeds.');
    expect(attempts).toBe(5);
  });
});
