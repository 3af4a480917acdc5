import { Readable } from 'node:stream';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { afterAll, expect, it } from 'vitest';
import { openRedisStorage } from '../src/index.ts';
import { keysOf, newPrefix, removeKeys, url } from './server.ts';

const { signal } = new AbortController();
const keyPrefix = newPrefix();
afterAll(() => removeKeys(keyPrefix));

it('keeps blobs in the store it is given, and leaves that open', async () => {
  const { blobs } = createMemoryStorage();
  const storage = await openRedisStorage({ url, keyPrefix, blobs });
  await storage.blobs.put('file_1', Readable.from([Buffer.alloc(300_000)]), { signal });
  expect(await blobs.get('file_1', { signal })).toMatchObject({ bytes: 300_000 });
  expect((await keysOf(keyPrefix)).filter((key) => key.includes('blob'))).toEqual([]);
  await storage.close();
  expect(await blobs.delete('file_1')).toBe(true);
});
