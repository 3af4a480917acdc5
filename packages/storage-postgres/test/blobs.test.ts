import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { Storage } from '@cogitator-ai/openai-storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPostgresStorage } from '../src/index.ts';
import { dropSchema, newSchema, query, url } from './database.ts';
import { startWay } from './way.ts';

const { signal } = new AbortController();
let schema: string;
let storage: Storage;
beforeEach(async () => {
  schema = newSchema();
  storage = await openPostgresStorage({ url, schema });
});
afterEach(async () => {
  vi.useRealTimers();
  await storage.close();
  await dropSchema(schema);
});

/** The uploads whose chunks, notes or blobs are stored. */
async function uploads(): Promise<unknown[]> {
  return query(`SELECT upload_id FROM ${schema}.blob_chunk UNION SELECT id FROM ${schema}.blob_upload
                UNION SELECT upload_id FROM ${schema}.blob`);
}

/** As if all uploads had been silent for a day. */
async function age(): Promise<void> {
  await query(`UPDATE ${schema}.blob_upload SET active_at = 1`);
}

describe('a blob', () => {
  it('whose last answer is lost is not there, and its key is free', async () => {
    const way = await startWay();
    const faraway = await openPostgresStorage({ url: way.url, schema });
    const content = Buffer.alloc(300_000, 7);
    way.loseAnswerTo('.blob (key');
    await expect(faraway.blobs.put('file_1', Readable.from([content]), { signal })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await storage.blobs.get('file_1', { signal })).toBeNull();
    expect(await uploads()).toEqual([]);
    await faraway.blobs.put('file_1', Readable.from([content]), { signal });
    const blob = await storage.blobs.get('file_1', { signal });
    expect((await buffer(blob!.content)).equals(content)).toBe(true);
    await faraway.close();
    way.close();
  });

  it.for([0, 300_000])('is refused that was taken for left over, %i bytes before its end', async (bytes) => {
    const gate = Promise.withResolvers<void>();
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(300_000);
      await gate.promise;
      yield Buffer.alloc(bytes);
    }
    const put = storage.blobs.put('file_1', content(), { signal });
    put.catch(() => {});
    await expect.poll(() => query(`SELECT 1 FROM ${schema}.blob_chunk`)).toHaveLength(1);
    await age();
    await (await openPostgresStorage({ url, schema })).close();
    expect(await uploads()).toEqual([]);
    gate.resolve();
    await expect(put).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('left over') });
    expect(await uploads()).toEqual([]);
  });

  it('that is not completed leaves nothing', async () => {
    async function* content(fails: boolean): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.alloc(300_000));
      if (fails) throw new Error('The client is gone.');
    }
    await storage.blobs.put('file_1', content(false), { signal });
    const stored = await uploads();
    const keys = ['file_1', 'file_2', 'file_2', 'file_2'];
    const puts = await Promise.allSettled(
      keys.map((key, index) => storage.blobs.put(key, content(index === 1), { signal })),
    );
    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await storage.blobs.delete('file_2')).toBe(true);
    expect(await uploads()).toEqual(stored);
  });
});

it('removes while it is open what was left over', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const other = await openPostgresStorage({ url, schema });
  await query(`INSERT INTO ${schema}.blob_upload (active_at) VALUES (1)`);
  vi.advanceTimersByTime(30_000);
  await expect.poll(() => uploads()).toEqual([]);
  await other.close();
});
