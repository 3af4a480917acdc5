import { setTimeout as sleep } from 'node:timers/promises';
import { type Storage, StorageError } from '@cogitator-ai/openai-storage';
import { startRedis } from '@cogitator-ai/tests-services';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisStorage, type RedisStorageOptions } from '../src/index.ts';
import { beside, keysOf, newPrefix, removeKeys, url } from './server.ts';

let keyPrefix: string;
const storages: Storage[] = [];
beforeEach(() => {
  keyPrefix = newPrefix();
});
afterEach(async () => {
  await Promise.all(storages.splice(0).map((storage) => storage.close()));
  await removeKeys(keyPrefix);
});

/** A storage whose connections can be told from all others. */
async function open(options: Partial<RedisStorageOptions> = {}): Promise<Storage> {
  const { hostname: host, port } = new URL(url);
  const clientOptions = { host, port: Number(port), connectionName: keyPrefix };
  const storage = await openRedisStorage({ clientOptions, keyPrefix, ...options });
  storages.push(storage);
  return storage;
}

async function connections(): Promise<string[]> {
  const clients = await beside((client) => client.client('LIST'));
  return String(clients)
    .split('\n')
    .filter((line) => line.includes(` name=${keyPrefix} `))
    .map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');
}

async function breakConnections(): Promise<void> {
  const ids = await connections();
  await beside((client) => Promise.all(ids.map((id) => client.client('KILL', 'ID', id))));
}

const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
const stream = { partition: 'thread_1', id: 'run_1' };

async function insertRun(storage: Storage): Promise<void> {
  await storage.commit({
    writes: [
      { write: 'insert', key: thread, body: '{}' },
      { write: 'insert', key: run, body: '{}' },
    ],
  });
}

const append = (storage: Storage, data: string): Promise<number | null> =>
  storage.events.append({ stream, fence: 0, events: [{ event: 'e', data }] });

describe('connections', () => {
  it('are two, the second when somebody listens', async () => {
    const storage = await open();
    expect(await connections()).toHaveLength(1);
    const { signal } = new AbortController();
    await storage.events.subscribe(stream, () => {}, { signal });
    expect(await connections()).toHaveLength(2);
    await storage.close();
    await expect.poll(connections).toHaveLength(0);
  });

  it('that broke are replaced, and commits are done once or told as failed', async () => {
    const storage = await open();
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '0' }] });
    const answered: string[] = [];
    const unsure = new Set<string>();
    let isOver = false;
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; !isOver; n++) {
        const id = `msg_${writer}_${n}`;
        try {
          const key = { kind: 'message', path: ['thread_1'], id } as const;
          const result = await storage.commit({ writes: [{ write: 'insert', key, body: '{}' }] });
          // One that was sent twice would find what it has written itself.
          expect(result).toEqual({ ok: true });
          answered.push(id);
        } catch (error) {
          if (!StorageError.isInstance(error) || !error.retryable) throw error;
          unsure.add(id);
        }
      }
    });
    for (let n = 0; n < 10; n++) {
      await sleep(50);
      await breakConnections();
    }
    await sleep(100);
    isOver = true;
    await Promise.all(writing);
    const { records } = await storage.list({ kind: 'message', path: ['thread_1'], order: 'asc', limit: 1_000_000 });
    const stored = records.map(({ key }) => key.id);
    expect(answered.length).toBeGreaterThan(50);
    expect(unsure.size).toBeGreaterThan(0);
    expect(new Set(answered).difference(new Set(stored)).size).toBe(0);
    expect(stored.filter((id) => !unsure.has(id)).toSorted()).toEqual(answered.toSorted());
  });

  it('that listen are replaced, and nothing is missed or heard twice', async () => {
    const [writer, reader] = [await open(), await open()];
    await insertRun(writer);
    const heard: string[] = [];
    const listener = new AbortController();
    await reader.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    const written: string[] = [];
    for (let n = 0; n < 60; n++) {
      if (n % 20 === 10) await breakConnections();
      for (;;) {
        const last = await append(writer, String(n)).catch(() => null);
        if (last !== null) break;
        await sleep(10);
      }
      written.push(String(n));
      await sleep(2);
    }
    // An append whose connection broke may have been done: then it is there twice, in the log as well.
    const logged = await reader.events.read(stream, { after: 0, limit: 1000 });
    await expect.poll(() => heard).toEqual(logged.map(({ data }) => data));
    expect([...new Set(heard)]).toEqual(written);
    listener.abort();
  });

  it('that listen tell what came while they were broken', async () => {
    const [writer, reader] = [await openRedisStorage({ url, keyPrefix }), await open()];
    storages.push(writer);
    await insertRun(writer);
    const heard: string[] = [];
    const listener = new AbortController();
    await reader.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    for (let n = 0; n < 20; n++) {
      await Promise.all([breakConnections(), append(writer, String(n))]);
      await expect.poll(() => heard, { interval: 5 }).toHaveLength(n + 1);
    }
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
    listener.abort();
  });

  it('are waited for no longer than agreed', async () => {
    const storage = await open({ commandTimeoutMs: 300 });
    await insertRun(storage);
    await beside((client) => client.client('PAUSE', 1500, 'ALL'));
    const before = performance.now();
    await expect(storage.get(thread)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(performance.now() - before).toBeLessThan(1200);
    await expect.poll(() => storage.get(thread).catch(() => null), { timeout: 5000 }).toMatchObject({ key: thread });
  });
});

it('is closed at once while the server is away', async () => {
  const server = await startRedis();
  const storage = await openRedisStorage({ url: server.url });
  await server.kill();
  const waiting = storage.get(thread).then(
    () => null,
    (error: unknown) => error,
  );
  await sleep(100);
  const before = performance.now();
  await storage.close();
  expect(performance.now() - before).toBeLessThan(1000);
  expect(await waiting).toMatchObject({ name: 'StorageError' });
  await server.remove();
});

it('goes on by itself when a server comes back, and has lost nothing', async () => {
  const server = await startRedis({ durable: true });
  const storage = await openRedisStorage({ url: server.url, connectTimeoutMs: 300 });
  await insertRun(storage);
  await server.kill();
  const before = performance.now();
  await expect(storage.get(thread)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(storage.get(thread)).rejects.toMatchObject({ code: 'unavailable' });
  expect(performance.now() - before).toBeLessThan(2000);
  await server.start();
  await expect.poll(() => storage.get(thread).catch(() => null), { timeout: 5000 }).toMatchObject({ key: thread });
  await storage.close();
  await server.remove();
});

describe('opening', () => {
  it('fails when nobody answers, and names the server without the password', async () => {
    const before = performance.now();
    const opening = openRedisStorage({ url: 'redis://ann:secret@127.0.0.1:1/0', keyPrefix });
    const error = await opening.then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'StorageError', code: 'unavailable' });
    expect(error?.message).toContain('127.0.0.1:1');
    expect(error?.message).not.toContain('secret');
    expect(performance.now() - before).toBeLessThan(6000);
  });

  it.for([
    [{}],
    [{ url, clientOptions: {} }],
    [{ url: 'http://127.0.0.1' }],
    [{ url: '127.0.0.1:6379' }],
    [{ url, keyPrefix: 'a{}b' }],
  ] as const)('refuses options that cannot be: %j', async ([options]) => {
    await expect(openRedisStorage(options)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('leaves a client of the caller alone, whatever its options', async () => {
    const client = new Redis(url, { keyPrefix: 'other:', stringNumbers: true, enableAutoPipelining: true });
    const storage = await openRedisStorage({ client, keyPrefix });
    await insertRun(storage);
    expect(await append(storage, '{}')).toBe(1);
    expect(await storage.get(run)).toMatchObject({ version: 1 });
    await storage.close();
    expect(await client.ping()).toBe('PONG');
    expect(storage.name).toBe(`redis://${new URL(url).host}/0`);
    client.disconnect();
  });
});

it('hears what follows when a crash of the server has cost the end of a stream', async () => {
  const [writer, reader] = [await open(), await open()];
  await insertRun(writer);
  const heard: string[][] = [[], []];
  const listener = new AbortController();
  for (const [index, storage] of [writer, reader].entries()) {
    await storage.events.subscribe(stream, (events) => heard[index]?.push(...events.map(({ data }) => data)), listener);
  }
  const dump = async (client: Redis): Promise<[string, Buffer | null][]> =>
    Promise.all((await keysOf(keyPrefix)).map(async (key) => [key, await client.dumpBuffer(key)]));
  await append(writer, 'a');
  const kept = await beside(dump);
  for (const data of ['b', 'c']) await append(writer, data);
  await expect
    .poll(() => heard)
    .toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  await beside((client) =>
    Promise.all(kept.map(([key, value]) => client.restore(key, 0, value ?? Buffer.alloc(0), 'REPLACE'))),
  );
  await breakConnections();
  await expect.poll(connections).toHaveLength(4);
  // A crash is noticed before there is something to be heard.
  await sleep(100);
  await append(writer, 'd');
  await expect
    .poll(() => heard)
    .toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c', 'd'],
    ]);
  listener.abort();
});
