import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseRequest } from './errors/from-zod.ts';
import { ListFilesQuery, ListQuery, ListResponse } from './pagination.ts';

describe('ListQuery', () => {
  it('has defaults', () => {
    expect(parseRequest(ListQuery, {})).toEqual({ limit: 20, order: 'desc' });
    expect(parseRequest(ListFilesQuery, {})).toEqual({ limit: 10_000, order: 'desc' });
  });

  it('reads text, takes numbers too, and drops what it does not know', () => {
    expect(
      parseRequest(ListQuery, { limit: '1', order: 'asc', after: 'msg_1', before: 'msg_9', 'api-version': '1' }),
    ).toEqual({ limit: 1, order: 'asc', after: 'msg_1', before: 'msg_9' });
    expect(parseRequest(ListQuery, { limit: 100 }).limit).toBe(100);
    expect(parseRequest(ListFilesQuery, { limit: '10000', purpose: 'vision' })).toMatchObject({
      limit: 10_000,
      purpose: 'vision',
    });
  });

  it('takes an empty cursor for none', () => {
    expect(parseRequest(ListQuery, { after: '', before: '' })).toEqual({ limit: 20, order: 'desc' });
  });
});

describe('ListResponse', () => {
  it('describes an empty page', () => {
    const page = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
    expect(ListResponse(z.object({ id: z.string() })).parse(page)).toEqual(page);
  });
});
