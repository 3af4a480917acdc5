import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { Storage } from '@cogitator-ai/openai-storage';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedisStorage } from '../src/index.ts';
import { beside, keysOf, newPrefix, removeKeys, url } from './server.ts';

const { signal } = new AbortController();
const assistant = { kind: 'assistant', path: [], id: 'asst_1' } as const;
const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
const message = { kind: 'message', path: ['thread_1'], id: 'msg_1' } as const;
const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
const stream = { partition: 'thread_1', id: 'run_1' };

const prefix = newPrefix();
const storages: Storage[] = [];
afterEach(async () => {
  await Promise.all(storages.splice(0).map((storage) => storage.close()));
  await removeKeys(prefix);
});

async function open(keyPrefix: string, database = 0): Promise<Storage> {
  const storage = await openRedisStorage({ url: new URL(`/${database}`, url).href, keyPrefix });
  storages.push(storage);
  return storage;
}

/** One of everything. */
async function fill(storage: Storage): Promise<void> {
  await storage.commit({ writes: [{ write: 'insert', key: assistant, body: '{}' }] });
  await storage.commit({
    writes: [
      { write: 'insert', key: thread, body: '{}' },
      { write: 'insert', key: message, body: '{}', filters: { run_id: 'run_1' } },
      { write: 'insert', key: run, body: '{}', dueAt: 1, unique: 'active_run' },
    ],
    events: { stream, fence: 0, events: [{ event: 'e', data: '{}' }] },
  });
  await storage.blobs.put('file_1', Readable.from([Buffer.alloc(300_000)]), { signal });
}

async function contents(storage: Storage): Promise<unknown[]> {
  return [
    await storage.getMany([thread, message, run]),
    await storage.list({ kind: 'thread', path: [], order: 'asc', limit: 9 }),
    await storage.list({ kind: 'message', path: ['thread_1'], where: { run_id: 'run_1' }, order: 'asc', limit: 9 }),
    await storage.due('run', 9),
    await storage.events.read(stream, { after: 0, limit: 9 }),
    await storage.blobs.get('file_1', { signal }).then((blob) => blob?.bytes ?? null),
  ];
}

const NOTHING = [[null, null, null], { records: [], hasMore: false }, { records: [], hasMore: false }, [], [], null];

describe('a key prefix', () => {
  it.for([
    ['*', 'x'],
    ['[ab]:', 'a:'],
    ['a?', 'ab'],
    ['{x}', '{y}'],
    ['}{', '{'],
    ['a b\n', 'a b'],
    [String.raw`\*`, '*'],
    ['app:', 'app:app:'],
  ])('keeps two storages apart: %j and %j', async ([left, right]) => {
    const [one, other] = [await open(prefix + left), await open(prefix + right)];
    await fill(one);
    expect(await contents(other)).toEqual(NOTHING);
    await fill(other);
    const before = await contents(one);
    await other.commit({ writes: [{ write: 'delete', key: thread }] });
    await other.blobs.delete('file_1');
    expect((await contents(other)).slice(1)).toEqual(NOTHING.slice(1));
    expect(await contents(one)).toEqual(before);
  });

  it('begins every key', async () => {
    const others = async (): Promise<string[]> => (await keysOf('')).filter((key) => !key.startsWith('test_'));
    const before = await others();
    await fill(await open(prefix));
    expect((await others()).filter((key) => /thread_1|run_1|asst_1|file_1/.test(key))).toEqual(
      before.filter((key) => /thread_1|run_1|asst_1|file_1/.test(key)),
    );
    expect(await keysOf(prefix)).toContain(`${prefix}{thread_1}:message/msg_1`);
  });
});

it('hears nothing of another database with the same prefix', async () => {
  const [one, other] = [await open(prefix), await open(prefix, 1)];
  await fill(one);
  await fill(other);
  const heard: string[] = [];
  const listener = new AbortController();
  await other.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
  await sleep(50);
  await one.events.append({ stream, fence: 0, events: [{ event: 'e', data: 'of the one' }] });
  await sleep(50);
  await other.events.append({ stream, fence: 0, events: [{ event: 'e', data: 'of the other' }] });
  await expect.poll(() => heard).toContain('of the other');
  expect(heard).not.toContain('of the one');
  listener.abort();
  await beside(async (client) => {
    await client.select(1);
    for await (const keys of client.scanStream({ match: `${prefix}*` })) await client.unlink(keys as string[]);
  });
});

it('leaves nothing behind of a thread that is deleted, but for entries that are looked at later', async () => {
  const storage = await open(prefix);
  await fill(storage);
  await storage.events.append({ stream, fence: 1, events: [{ event: 'e', data: '{}' }] });
  await storage.commit({ writes: [{ write: 'delete', key: thread }] });
  await storage.blobs.delete('file_1');
  expect(await keysOf(prefix)).toEqual(
    [
      `${prefix}{assistant}:assistant/`,
      `${prefix}{assistant}:assistant/asst_1`,
      `${prefix}{index}:all/thread`,
      `${prefix}{index}:due/run`,
      `${prefix}{index}:pending`,
      `${prefix}{index}:schema`,
    ].toSorted(),
  );
});

it('is left alone when a later version wrote there', async () => {
  await beside((client) => client.set(`${prefix}{index}:schema`, 1000));
  await expect(open(prefix)).rejects.toMatchObject({ name: 'StorageError', code: 'schema_mismatch' });
});
