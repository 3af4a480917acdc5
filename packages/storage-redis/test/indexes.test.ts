import type { Storage } from '@cogitator-ai/openai-storage';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../src/database/connection.ts';
import { KeySpace } from '../src/database/key-space.ts';
import { openClient } from '../src/database/open-client.ts';
import { readScripts } from '../src/database/scripts.ts';
import { openRedisStorage } from '../src/index.ts';
import { PartitionIndexes } from '../src/records/partition-indexes.ts';
import { RedisRecords } from '../src/records/redis-records.ts';
import { newPrefix, removeKeys, url } from './server.ts';

const LIMITS = { connectTimeoutMs: 5000, commandTimeoutMs: 5000 };
const DAY_MS = 86_400_000;

const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
const message = { kind: 'message', path: ['thread_1'], id: 'msg_1' } as const;
const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;

let keyPrefix: string;
let storage: Storage;
let client: Redis;
let connection: Connection;
let indexes: PartitionIndexes;

beforeEach(async () => {
  keyPrefix = newPrefix();
  storage = await openRedisStorage({ url, keyPrefix });
  client = new Redis(url);
  connection = new Connection(openClient({ url }, LIMITS), LIMITS);
  await connection.open();
  indexes = new PartitionIndexes(connection, new KeySpace(keyPrefix), readScripts());
});
afterEach(async () => {
  await Promise.all([storage.close(), connection.close()]);
  client.disconnect();
  await removeKeys(keyPrefix);
});

const index = (name: string): string => `${keyPrefix}{index}:${name}`;
const members = (name: string): Promise<string[]> => client.zrange(index(name), '0', '-1');

/** As if everything had been announced so long ago. */
async function age(ms: number): Promise<void> {
  for (const entry of await members('pending')) await client.zincrby(index('pending'), -ms, entry);
}

/** Records as a storage keeps them that has threads expire. */
function recordsWithTtl(ttlMs: number): RedisRecords {
  const keySpace = new KeySpace(keyPrefix);
  return new RedisRecords({
    connection,
    keySpace,
    scripts: readScripts(),
    indexes,
    ttlMs,
    channelOf: (key) => key,
    onWritten: () => {},
  });
}

describe('an index over all partitions', () => {
  it('has the entry of a commit whose process ended before it', async () => {
    const writes = [
      { write: 'insert', key: thread, body: '{}' },
      { write: 'insert', key: run, body: '{}', dueAt: 5 },
    ] as const;
    await indexes.announce({ writes }, null);
    expect(await members('all/thread')).toEqual(['thread_1']);
    // It never came to be: nobody sees it, and in the end it is gone.
    expect(await storage.list({ kind: 'thread', path: [], order: 'asc', limit: 9 })).toEqual({
      records: [],
      hasMore: false,
    });
    expect(await storage.due('run', 9)).toEqual([]);
    await indexes.settle();
    expect(await members('all/thread')).toEqual(['thread_1']);
    expect(await members('due/run')).toEqual(['thread_1/run_1']);
    await age(61_000);
    await indexes.settle();
    expect(await members('all/thread')).toEqual([]);
    expect(await members('due/run')).toEqual([]);
    expect(await members('pending')).toEqual([]);
  });

  it('keeps the entry of what is there, with its time', async () => {
    const now = await storage.now();
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}', dueAt: now + 1000 }] });
    await storage.commit({ writes: [{ write: 'put', key: thread, body: '{}', dueAt: now + DAY_MS }] });
    expect(await client.zscore(index('due/thread'), 'thread_1')).toBe(String(now + 1000));
    await age(61_000);
    await indexes.settle();
    expect(await members('pending')).toEqual([]);
    expect(await client.zscore(index('due/thread'), 'thread_1')).toBe(String(now + DAY_MS));
    await storage.commit({ writes: [{ write: 'put', key: thread, body: '{}', dueAt: 7 }] });
    expect(await storage.due('thread', 9)).toMatchObject([{ key: thread, dueAt: 7 }]);
    expect(await storage.list({ kind: 'thread', path: [], order: 'asc', limit: 9 })).toMatchObject({
      records: [{ key: thread }],
    });
  });

  it('does not lose what is announced again while it is brought in line', async () => {
    const commit = { writes: [{ write: 'insert', key: thread, body: '{}' }] } as const;
    await indexes.announce(commit, null);
    await age(61_000);
    const seen = (await client.zscore(index('pending'), 'all/thread thread_1')) ?? '';
    // Whoever brings it in line has found no record; now a commit is on its way.
    await indexes.announce(commit, null);
    const entry = [2, 'all/thread', 'thread_1', seen, ''];
    await connection.run(readScripts().settle, [index('pending'), index('all/thread')], entry);
    expect(await members('all/thread')).toEqual(['thread_1']);
    expect(await members('pending')).toEqual(['all/thread thread_1']);
  });

  it('forgets what was deleted with its owner, once a reader has met it', async () => {
    await storage.commit({
      writes: [
        { write: 'insert', key: thread, body: '{}' },
        { write: 'insert', key: run, body: '{}', dueAt: 5 },
      ],
    });
    await age(61_000);
    await indexes.settle();
    await storage.commit({ writes: [{ write: 'delete', key: thread }] });
    expect(await storage.due('run', 9)).toEqual([]);
    expect(await members('due/run')).toEqual(['thread_1/run_1']);
    await age(61_000);
    await indexes.settle();
    expect(await members('due/run')).toEqual([]);
    expect(await members('all/thread')).toEqual([]);
    expect(await members('pending')).toEqual([]);
  });

  it('finds the soonest among many whose entries are too early', async () => {
    const now = await storage.now();
    const keys = Array.from(
      { length: 120 },
      (_, n) => ({ kind: 'message', path: ['thread_1'], id: `msg_${n}` }) as const,
    );
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
    await storage.commit({ writes: keys.map((key, n) => ({ write: 'insert', key, body: '{}', dueAt: n + 1 })) });
    await storage.commit({
      writes: keys.map((key, n) => ({
        write: 'put',
        key,
        body: '{}',
        dueAt: n < 10 ? now + DAY_MS : n < 100 ? now - 1 : now - 1000 - n,
      })),
    });
    const due = await storage.due('message', 3);
    expect(due.map(({ key }) => key.id)).toEqual(['msg_119', 'msg_118', 'msg_117']);
  });
});

it('applies no commit that arrives long after it was announced', async () => {
  const late = new PartitionIndexes(connection, new KeySpace(keyPrefix), readScripts());
  late.announce = async () => (await storage.now()) - 1;
  const keySpace = new KeySpace(keyPrefix);
  const records = new RedisRecords({
    connection,
    keySpace,
    scripts: readScripts(),
    indexes: late,
    channelOf: (key) => key,
    onWritten: () => {},
    ttlMs: null,
  });
  const commit = records.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
  await expect(commit).rejects.toMatchObject({ code: 'unavailable' });
  expect(await storage.get(thread)).toBeNull();
});

describe('a time to live', () => {
  it('begins anew whenever anything of the thread is written, and ends all of it', async () => {
    const ttlMs = 400;
    const records = recordsWithTtl(ttlMs);
    await records.commit({
      writes: [
        { write: 'insert', key: thread, body: '{}' },
        { write: 'insert', key: run, body: '{}', unique: 'active_run', dueAt: 5 },
      ],
      events: { stream: { partition: 'thread_1', id: 'run_1' }, fence: 0, events: [{ event: 'e', data: '{}' }] },
    });
    const writtenAt = performance.now();
    while (performance.now() - writtenAt < 2 * ttlMs) {
      await records.commit({ writes: [{ write: 'put', key: run, body: '{}' }] });
      await records.expire(ttlMs);
      expect(await records.get(thread)).not.toBeNull();
    }
    await records.commit({ writes: [{ write: 'insert', key: message, body: '{}' }] });
    await expect
      .poll(async () => {
        await records.expire(ttlMs);
        return records.getMany([thread, run, message]);
      })
      .toEqual([null, null, null]);
    expect(await storage.events.read({ partition: 'thread_1', id: 'run_1' }, { after: 0, limit: 9 })).toEqual([]);
    await age(61_000);
    await indexes.settle();
    expect(await members('all/thread')).toEqual([]);
  });

  it('is that of threads alone', async () => {
    const records = recordsWithTtl(1);
    const assistant = { kind: 'assistant', path: [], id: 'asst_1' } as const;
    const upload = { kind: 'upload', path: [], id: 'upload_1' } as const;
    for (const key of [assistant, upload]) await records.commit({ writes: [{ write: 'insert', key, body: '{}' }] });
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await records.expire(1);
    for (const key of [assistant, upload, thread]) expect(await storage.get(key)).not.toBeNull();
  });
});
