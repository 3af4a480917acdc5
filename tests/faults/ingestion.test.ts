import { openStorage } from '@cogitator-ai/openai-server';
import { toFile } from 'openai';
import { it } from 'vitest';
import { listAll } from './load/audit.ts';
import { connect } from './load/start-load.ts';
import { startServer } from './servers/start-server.ts';
import { makeDue } from './stores/make-due.ts';
import { startPostgresStore } from './stores/postgres-store.ts';
import { startRedisStore } from './stores/redis-store.ts';
import { createSqliteStore } from './stores/sqlite-store.ts';

const FILES = 100;
/** What a killed server had claimed waits for the end of its lease. */
const DONE = { timeout: 240_000, interval: 200 };
const TEST_MS = 500_000;

it.for([
  { name: 'SQLite', openStore: async () => createSqliteStore() },
  { name: 'PostgreSQL', openStore: () => startPostgresStore() },
  { name: 'Redis', openStore: () => startRedisStore() },
])(
  `${FILES} files on $name are made searchable once each, by a server that is killed on the way`,
  { timeout: TEST_MS },
  async ({ openStore }, { expect, onTestFinished }) => {
    const store = await openStore();
    onTestFinished(() => store.remove());
    const server = await startServer({ storageUrl: store.url });
    onTestFinished(() => server.remove());
    const { files, vectorStores } = connect(server.url);
    const upload = async (index: number) => {
      const file = await toFile(Buffer.from(`The number of this file is n${index}.`), `${index}.txt`);
      return (await files.create({ file, purpose: 'assistants' })).id;
    };
    const fileIds: string[] = [];
    while (fileIds.length < FILES) {
      fileIds.push(...(await Promise.all(Array.from({ length: 10 }, (_, index) => upload(fileIds.length + index)))));
    }
    const { id: vector_store_id } = await vectorStores.create({});
    const { id } = await vectorStores.fileBatches.create(vector_store_id, { file_ids: fileIds });
    const counts = async () => (await vectorStores.fileBatches.retrieve(id, { vector_store_id })).file_counts;
    for (const share of [0.1, 0.4]) {
      await expect
        .poll(async () => (await counts()).completed, { ...DONE, interval: 10 })
        .toBeGreaterThan(FILES * share);
      await server.kill();
      await server.start();
      expect((await counts()).in_progress).toBeGreaterThan(0);
    }
    await expect.poll(counts, DONE).toMatchObject({ completed: FILES, failed: 0, in_progress: 0, total: FILES });

    const storage = await openStorage({ storageUrl: store.url });
    onTestFinished(() => storage.close());
    const { records } = await storage.list({ kind: 'segment', path: [vector_store_id], order: 'asc', limit: 1000 });
    const segments = records.map(({ body }) => JSON.parse(body) as { id: string; file_id: string });
    expect(segments.map(({ file_id }) => file_id).toSorted()).toEqual(fileIds.toSorted());
    for (const number of [0, FILES / 2, FILES - 1]) {
      const { data } = await vectorStores.search(vector_store_id, { query: `n${number}` });
      expect(data[0]).toMatchObject({ filename: `${number}.txt` });
    }

    for (const note of await listAll(storage, 'unowned_blob')) await makeDue(storage, note);
    await expect.poll(() => listAll(storage, 'unowned_blob'), DONE).toEqual([]);
    await store.ageLeftovers();
    await server.restart();
    const owned = new Set([...fileIds, ...segments.map((segment) => segment.id)]);
    expect(await store.findLeftovers(owned)).toEqual([]);
  },
);
