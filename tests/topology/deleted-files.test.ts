import OpenAI, { toFile } from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCluster, STORES } from './replicas/open-cluster.ts';

describe.each(STORES)('a file in a vector store, on $name', ({ startStore }) => {
  it('is found by no server any more, as soon as one has deleted it', async () => {
    const cluster = await openCluster({ startStore, roles: ['all', 'all', 'all'] });
    onTestFinished(() => cluster.remove());
    const clients = cluster.replicas.map(({ url }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' }));
    const [first, second, third] = clients as [OpenAI, OpenAI, OpenAI];
    const { id: vector_store_id } = await first.vectorStores.create({});
    const upload = async (name: string) => toFile(Buffer.from(`All about ${name} and other fruit.`), name);
    const batch = await second.vectorStores.fileBatches.uploadAndPoll(vector_store_id, {
      files: await Promise.all(['apple', 'banana', 'cherry', 'lemon'].map(upload)),
    });
    expect(batch.file_counts).toMatchObject({ completed: 4, total: 4 });
    const found = (): Promise<string[][]> =>
      Promise.all(
        clients.map(async ({ vectorStores }) => {
          const { data } = await vectorStores.search(vector_store_id, { query: 'fruit' });
          return data.map(({ filename }) => filename).toSorted();
        }),
      );
    const everywhere = (...names: string[]): string[][] => clients.map(() => names);
    const idOf = async (name: string) => {
      const { data } = await third.files.list();
      return data.find(({ filename }) => filename === name)!.id;
    };

    // Twice, so that everything is in all caches.
    expect([await found(), await found()]).toEqual(Array(2).fill(everywhere('apple', 'banana', 'cherry', 'lemon')));
    await first.vectorStores.files.delete(await idOf('banana'), { vector_store_id });
    expect(await found()).toEqual(everywhere('apple', 'cherry', 'lemon'));
    await second.files.delete(await idOf('apple'));
    expect(await found()).toEqual(everywhere('cherry', 'lemon'));
    await third.vectorStores.files.uploadAndPoll(vector_store_id, await upload('melon'));
    expect(await found()).toEqual(everywhere('cherry', 'lemon', 'melon'));
  });
});
