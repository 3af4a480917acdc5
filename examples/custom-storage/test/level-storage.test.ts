import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, expect, it } from 'vitest';
import { openLevelStorage } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'openai-storage-leveldb-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function keysIn(path: string): Promise<string[]> {
  const level = new ClassicLevel(path);
  const keys = await level.keys().all();
  await level.close();
  return keys;
}

it('frees what a killed process has left of a blob', async () => {
  const path = join(folder, 'killed');
  const level = new ClassicLevel(path);
  await level.batch([
    { type: 'put', key: 'loose/name', value: '"name"' },
    { type: 'put', key: 'chunk/name/0000000000000000', value: 'bytes' },
  ]);
  await level.close();
  await (await openLevelStorage({ path })).close();
  expect(await keysIn(path)).toEqual(['version']);
});

it('frees what is deleted, forgotten and broken off', async () => {
  const path = join(folder, 'freed');
  const storage = await openLevelStorage({ path });
  const { signal } = new AbortController();
  const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
  const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
  const message = { kind: 'message', path: ['thread_1'], id: 'msg_1' } as const;
  const stream = { partition: 'thread_1', id: 'run_1' };
  await storage.commit({
    writes: [
      { write: 'insert', key: thread, body: '{}' },
      { write: 'insert', key: run, body: '{}', unique: 'active', dueAt: 1 },
      { write: 'insert', key: message, body: '{}', filters: { run_id: 'run_1' } },
    ],
    events: { stream, fence: 0, events: [{ event: 'e', data: '{}' }] },
  });
  await storage.events.finish(stream, { retainMs: 60_000 });
  async function* source(length: number, error?: Error): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(length);
    if (error) throw error;
  }
  await storage.blobs.put('file_1', source(200_000), { signal });
  await expect(storage.blobs.put('file_2', source(200_000, new Error('broken')), { signal })).rejects.toThrow('broken');
  await storage.blobs.delete('file_1');
  await storage.commit({ writes: [{ write: 'delete', key: thread }] });
  await storage.close();
  expect(await keysIn(path)).toEqual(['version']);
});

it('lets one storage in at a time', async () => {
  const path = join(folder, 'locked');
  const storage = await openLevelStorage({ path });
  await expect(openLevelStorage({ path })).rejects.toMatchObject({ code: 'unavailable' });
  await storage.close();
});

it('leaves data of a newer version alone', async () => {
  const path = join(folder, 'newer');
  const level = new ClassicLevel(path);
  await level.put('version', '2');
  await level.close();
  await expect(openLevelStorage({ path })).rejects.toMatchObject({ code: 'schema_mismatch' });
  expect(await keysIn(path)).toEqual(['version']);
});
