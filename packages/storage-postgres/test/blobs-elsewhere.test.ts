import { Readable } from 'node:stream';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { afterAll, expect, it } from 'vitest';
import { openPostgresStorage } from '../src/index.ts';
import { dropSchema, newSchema, query, url } from './database.ts';

const { signal } = new AbortController();
const schema = newSchema();
afterAll(() => dropSchema(schema));

it('keeps blobs in the store it is given, and leaves that open', async () => {
  const { blobs } = createMemoryStorage();
  const storage = await openPostgresStorage({ url, schema, blobs });
  await storage.blobs.put('file_1', Readable.from([Buffer.alloc(300_000)]), { signal });
  expect(await blobs.get('file_1', { signal })).toMatchObject({ bytes: 300_000 });
  expect(await query(`SELECT 1 FROM ${schema}.blob UNION ALL SELECT 1 FROM ${schema}.blob_chunk`)).toEqual([]);
  await storage.close();
  expect(await blobs.delete('file_1')).toBe(true);
});
