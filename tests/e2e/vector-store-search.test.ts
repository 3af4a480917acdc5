import type { AttributeFilter, VectorStoreSearchResults } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngineServer } from './server/start-engine-server.ts';
import { createHeldRetrieval } from './vector-stores/held-retrieval.ts';
import { addFile, createStore } from './vector-stores/stores.ts';
import { connectApi } from './wire/api.ts';

const server = await startEngineServer({ retrieval: createHeldRetrieval(), sweepIntervalMs: 50 });
const api = connectApi(server.baseURL);
let storeId: string;
beforeAll(async () => {
  storeId = await createStore(api);
  const add = (name: string, attributes: object) => addFile(api, storeId, name, `about ${name} fruit`, { attributes });
  await add('apple', { color: 'red', weight: 100, isSweet: true });
  await add('banana', { color: 'yellow', weight: 120, isSweet: true });
  await add('lemon', { color: 'yellow', weight: 60, isSweet: false, note: 'sour' });
  await add('plum', {});
});
afterAll(() => server.close());

const search = (body: object) => api.post<VectorStoreSearchResults>(`/vector_stores/${storeId}/search`, body);
const find = async (filters: unknown) =>
  (await search({ query: 'fruit', filters })).data.map(({ filename }) => filename).toSorted();

describe('a search', () => {
  it.each<[string[], AttributeFilter]>([
    [['apple'], { type: 'eq', key: 'color', value: 'red' }],
    [['apple', 'banana'], { type: 'eq', key: 'isSweet', value: true }],
    [['banana', 'lemon', 'plum'], { type: 'ne', key: 'color', value: 'red' }],
    [['banana'], { type: 'gt', key: 'weight', value: 100 }],
    [['apple', 'banana'], { type: 'gte', key: 'weight', value: 100 }],
    [['lemon'], { type: 'lt', key: 'weight', value: 100 }],
    [['apple', 'lemon'], { type: 'lte', key: 'weight', value: 100 }],
    [['banana', 'lemon'], { type: 'gt', key: 'color', value: 'red' }],
    [['apple', 'lemon'], { type: 'in', key: 'weight', value: [60, 100, '120'] }],
    [['banana', 'lemon', 'plum'], { type: 'nin', key: 'color', value: ['red', 'green'] }],
    // Values of different types are not compared.
    [[], { type: 'eq', key: 'weight', value: '100' }],
    [[], { type: 'gte', key: 'weight', value: '0' }],
    [[], { type: 'lte', key: 'none', value: 1 }],
    [[], { type: 'eq', key: 'constructor', value: 'x' }],
    [
      ['lemon'],
      {
        type: 'and',
        filters: [
          { type: 'eq', key: 'color', value: 'yellow' },
          { type: 'lt', key: 'weight', value: 100 },
        ],
      },
    ],
    [
      ['apple', 'lemon'],
      {
        type: 'or',
        filters: [
          { type: 'eq', key: 'note', value: 'sour' },
          {
            type: 'and',
            filters: [
              { type: 'ne', key: 'color', value: 'yellow' },
              { type: 'gt', key: 'weight', value: 1 },
            ],
          },
        ],
      },
    ],
  ])('finds %j by %j', async (names, filter) => {
    expect(await find(filter)).toEqual(names);
  });

  it('finds the best first, as many as are asked for, above a score', async () => {
    const { data, ...page } = await search({ query: 'apple fruit', max_num_results: 2 });
    expect(data.map(({ filename, score }) => [filename, score])).toEqual([
      ['apple', 1],
      [expect.any(String), 0.5],
    ]);
    expect(page).toEqual({
      object: 'vector_store.search_results.page',
      search_query: ['apple fruit'],
      has_more: false,
      next_page: null,
    });
    const best = await search({ query: 'apple fruit', ranking_options: { score_threshold: 0.6 } });
    expect(best.data.map(({ filename }) => filename)).toEqual(['apple']);
  });

  it('takes several queries, and rewrites them where it is asked to', async () => {
    const query = ['Could you please tell me: apple?', 'lemon'];
    expect((await search({ query })).search_query).toEqual(query);
    expect((await search({ query, rewrite_query: true })).search_query).toEqual([': apple', 'lemon']);
  });

  it('counts as use of its store', async () => {
    const before = await api.get<{ last_active_at: number }>(`/vector_stores/${storeId}`);
    await expect
      .poll(
        async () => {
          await search({ query: 'apple' });
          return (await api.get<{ last_active_at: number }>(`/vector_stores/${storeId}`)).last_active_at;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(before.last_active_at);
  });

  it.each<[string, object, string]>([
    ['no query', {}, "Missing required parameter: 'query'."],
    ['an empty one', { query: '' }, "Invalid 'query'"],
    ['too many results', { query: 'x', max_num_results: 51 }, "Invalid 'max_num_results'"],
    ['an unknown operator', { query: 'x', filters: { type: 'like', key: 'a', value: 'b' } }, "'like'"],
    ['a filter without filters', { query: 'x', filters: { type: 'and', filters: [] } }, "Invalid 'filters.filters'"],
    ['an unknown ranker', { query: 'x', ranking_options: { ranker: 'best' } }, "'best'"],
    ['a score above 1', { query: 'x', ranking_options: { score_threshold: 2 } }, 'score_threshold'],
  ])('is refused with %s', async (_, body, message) => {
    const answer = await api.send('POST', `/vector_stores/${storeId}/search`, { body });
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
      400,
      { error: { message: expect.stringContaining(message), type: 'invalid_request_error' } },
    ]);
  });
});
