import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '../errors/from-zod.ts';
import {
  CreateVectorStoreFileBatchRequest,
  CreateVectorStoreFileRequest,
  CreateVectorStoreRequest,
  SearchVectorStoreRequest,
} from './vector-store-requests.ts';

const nested = (depth: number): object =>
  depth === 0 ? { type: 'eq', key: 'k', value: 1 } : { type: 'and', filters: [nested(depth - 1)] };
const search = (filters: unknown) => ({ query: 'q', filters });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `file-${index}`);

describe('requests about vector stores', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['an empty store', CreateVectorStoreRequest, {}],
    [
      'a store of 500 files',
      CreateVectorStoreRequest,
      { file_ids: ids(500), expires_after: { anchor: 'last_active_at', days: 365 } },
    ],
    [
      'attributes of every type',
      CreateVectorStoreFileRequest,
      { file_id: 'f', attributes: { a: 'x', b: 1.5, c: false } },
    ],
    ['a batch of 2,000 ids', CreateVectorStoreFileBatchRequest, { file_ids: ids(2000) }],
    ['a batch of files', CreateVectorStoreFileBatchRequest, { files: [{ file_id: 'f', attributes: { a: 1 } }] }],
    ['several queries', SearchVectorStoreRequest, { query: ['a', 'b'] }],
    ['a comparison', SearchVectorStoreRequest, search({ type: 'nin', key: 'k', value: ['a', 1] })],
    ['many values', SearchVectorStoreRequest, search({ type: 'in', key: 'k', value: ids(1000) })],
    ['nested filters', SearchVectorStoreRequest, search(nested(16))],
  ])('take %s as it is', (_, schema, body) => {
    expect(parseRequest(schema, body)).toEqual(body);
  });

  it.each<[string, z.ZodType, unknown, string, string]>([
    [
      'days',
      CreateVectorStoreRequest,
      { expires_after: { anchor: 'last_active_at', days: 366 } },
      'expires_after.days',
      'integer above maximum value',
    ],
    [
      'anchor',
      CreateVectorStoreRequest,
      { expires_after: { anchor: 'created_at', days: 1 } },
      'expires_after.anchor',
      "Supported values are: 'last_active_at'",
    ],
    ['too many files', CreateVectorStoreRequest, { file_ids: ids(501) }, 'file_ids', 'array too long'],
    [
      'attribute',
      CreateVectorStoreFileRequest,
      { file_id: 'f', attributes: { a: [1] } },
      'attributes.a',
      'expected one of a string, decimal or boolean',
    ],
    [
      'attributes',
      CreateVectorStoreFileRequest,
      { file_id: 'f', attributes: Object.fromEntries(ids(17).map((id) => [id, 1])) },
      'attributes',
      'too many properties',
    ],
    [
      'long attribute',
      CreateVectorStoreFileRequest,
      { file_id: 'f', attributes: { a: 'x'.repeat(513) } },
      'attributes.a',
      'string too long',
    ],
    ['no files', CreateVectorStoreFileBatchRequest, {}, 'file_ids', 'Missing required parameter'],
    ['empty batch', CreateVectorStoreFileBatchRequest, { file_ids: [] }, 'file_ids', 'empty array'],
    [
      'both',
      CreateVectorStoreFileBatchRequest,
      { file_ids: ['f'], files: [{ file_id: 'f' }] },
      'files',
      'Mutually exclusive parameters',
    ],
    [
      'file of a batch',
      CreateVectorStoreFileBatchRequest,
      { files: [{}] },
      'files[0].file_id',
      'Missing required parameter',
    ],
    ['no query', SearchVectorStoreRequest, {}, 'query', 'Missing required parameter'],
    ['empty query', SearchVectorStoreRequest, { query: '' }, 'query', 'empty string'],
    ['query', SearchVectorStoreRequest, { query: 1 }, 'query', 'expected one of a string or array'],
    [
      'results',
      SearchVectorStoreRequest,
      { query: 'q', max_num_results: 51 },
      'max_num_results',
      'integer above maximum value',
    ],
    [
      'operator',
      SearchVectorStoreRequest,
      search({ type: 'like', key: 'k', value: 'v' }),
      'filters.type',
      "Supported values are: 'eq', 'ne'",
    ],
    [
      'value',
      SearchVectorStoreRequest,
      search({ type: 'eq', key: 'k', value: {} }),
      'filters.value',
      'expected one of a string, decimal or boolean',
    ],
    [
      'inner filter',
      SearchVectorStoreRequest,
      search({ type: 'or', filters: [{ type: 'eq', key: 'k' }] }),
      'filters.filters[0].value',
      'Missing required parameter',
    ],
    [
      'weights',
      SearchVectorStoreRequest,
      { query: 'q', ranking_options: { hybrid_search: { embedding_weight: 0, text_weight: 0 } } },
      'ranking_options.hybrid_search',
      'must be greater than 0',
    ],
    ['long query', SearchVectorStoreRequest, { query: 'x'.repeat(32_769) }, 'query', 'string too long'],
    [
      'comparisons',
      SearchVectorStoreRequest,
      search({ type: 'or', filters: Array.from({ length: 2 }, () => ({ type: 'in', key: 'k', value: ids(501) })) }),
      'filters',
      'Expected at most 1000 values to compare with, but got 1002 instead',
    ],
    ['deep filters', SearchVectorStoreRequest, search(nested(18)), `filters${'.filters[0]'.repeat(17)}`, 'nested'],
  ])('refuse %s', (_, schema, body, param, message) => {
    const refused = expect.objectContaining({
      status: 400,
      body: expect.objectContaining({ param, message: expect.stringContaining(message) }),
    });
    expect(() => parseRequest(schema, body)).toThrowError(refused);
  });
});
