import { Config, startServer } from '@cogitator-ai/openai-server';
import type { VectorStoreSearchResults } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { addFile, createStore } from './vector-stores/stores.ts';
import { connectApi } from './wire/api.ts';

const server = await startTestServer({ embeddingModel: 'openai/text-embedding-3-small', embeddingDimensions: 64 });
const plain = await startTestServer();
const { embeddings } = server.upstream;
beforeEach(() => embeddings.reset());
afterAll(async () => {
  await plain.close();
  await server.close();
});

/** Names of the files that a query finds. */
async function find(api: ReturnType<typeof connectApi>, storeId: string, query: string): Promise<string[]> {
  const { data } = await api.post<VectorStoreSearchResults>(`/vector_stores/${storeId}/search`, {
    query,
    ranking_options: { score_threshold: 0.1 },
  });
  return data.map(({ filename }) => filename);
}

async function createFruit(api: ReturnType<typeof connectApi>): Promise<string> {
  const storeId = await createStore(api);
  await addFile(api, storeId, 'fruit.txt', 'Applesauce');
  return storeId;
}

describe('a server with an embedder', () => {
  it('finds what no word says, by the vectors of the model that is configured', async () => {
    const api = connectApi(server.baseURL);
    const storeId = await createFruit(api);
    expect(embeddings.requests).toHaveLength(1);
    expect(await find(api, storeId, 'sauces of apples')).toEqual(['fruit.txt']);
    expect(embeddings.requests.map(({ body }) => body)).toMatchObject([
      { model: 'text-embedding-3-small', dimensions: 64, input: ['Applesauce'] },
      { model: 'text-embedding-3-small', dimensions: 64, input: ['sauces of apples'] },
    ]);

    const without = connectApi(plain.baseURL);
    expect(await find(without, await createFruit(without), 'sauces of apples')).toEqual([]);
  });

  it('finds by words while that model cannot be reached', async () => {
    const api = connectApi(server.baseURL);
    const storeId = await createFruit(api);
    embeddings.always({ error: { status: 400, body: { error: { message: 'No.' } } } });
    expect(await find(api, storeId, 'Applesauce?')).toEqual(['fruit.txt']);
  });

  it('does not start when the provider of the model is not configured', async () => {
    const config = Config.parse({ port: 0, storageUrl: 'memory:', embeddingModel: 'nobody/x' });
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const started = startServer({ config, environment: {}, logger });
    await expect(started).rejects.toThrow("The provider of EMBEDDING_MODEL, 'nobody', is not configured.");
  });
});
