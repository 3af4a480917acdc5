import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommitResult, Storage } from '@cogitator-ai/openai-storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../src/database/connection.ts';
import { openSqliteStorage } from '../src/sqlite-storage.ts';

const synced = vi.hoisted(() => [] as string[]);
vi.mock(import('node:fs/promises'), async (importOriginal) => {
  const actual = await importOriginal();
  const open: typeof actual.open = async (path, ...rest) => {
    const handle = await actual.open(path, ...rest);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      synced.push(String(path));
      return sync();
    };
    return handle;
  };
  return { ...actual, open };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openai-sqlite-'));
  path = join(folder, 'storage.db');
  synced.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

function insert(storage: Storage, id: string): Promise<CommitResult> {
  return storage.commit({ writes: [{ write: 'insert', key: { kind: 'assistant', path: [], id }, body: '{}' }] });
}

describe('a write', () => {
  it('waits for other processes as long as it may, whoever waits already', async () => {
    const storage = await openSqliteStorage({ path, busyTimeoutMs: 600 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const first = insert(storage, 'asst_1');
    await sleep(500);
    const second = insert(storage, 'asst_2');
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    other.exec('ROLLBACK');
    expect(await second).toEqual({ ok: true });
    other.close();
    await storage.close();
  });

  it('is answered, also when a listener of another one throws', async () => {
    const storage = await openSqliteStorage({ path });
    await storage.commit({
      writes: [
        { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
        { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body: '{}' },
      ],
    });
    const stream = { partition: 'thread_1', id: 'run_1' };
    const heard: string[] = [];
    const listener = new AbortController();
    const fail = (): never => {
      throw new Error('The listener failed.');
    };
    await storage.events.subscribe(stream, fail, listener);
    await storage.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    const append = (data: string): Promise<number | null> =>
      storage.events.append({ stream, fence: 0, events: [{ event: 'e', data }] });
    expect(await Promise.all([append('a'), append('b'), insert(storage, 'asst_1')])).toEqual([1, 2, { ok: true }]);
    expect(heard).toEqual(['a', 'b']);
    listener.abort();
    await storage.close();
  });

  it('is settled, also when what follows the commit of another one throws', async () => {
    const connection = new Connection(new DatabaseSync(path), { busyTimeoutMs: 0 });
    const first = connection.write(
      () => 1,
      () => {
        throw new Error('mistaken');
      },
    );
    const second = connection.write(() => 2);
    expect(() => connection.close()).toThrow('mistaken');
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    connection.close();
  });
});

it('makes new folders as durable as what is in them', async () => {
  const storage = await openSqliteStorage({ path: join(folder, 'new/deep/storage.db'), synchronous: 'full' });
  expect(synced).toEqual(expect.arrayContaining([folder, join(folder, 'new')]));
  async function* content(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('x'));
  }
  await storage.blobs.put('file_1', content(), { signal: AbortSignal.timeout(5000) });
  const blobs = join(folder, 'new/deep/blobs');
  expect(synced).toEqual(expect.arrayContaining([join(folder, 'new/deep'), blobs, join(blobs, ...readdirSync(blobs))]));
  await storage.close();
});

it.runIf(process.platform === 'linux')('leaves no file open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 10; round++) {
    const storage = await openSqliteStorage({ path });
    await insert(storage, `asst_${round}`);
    await storage.close();
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5);
});
