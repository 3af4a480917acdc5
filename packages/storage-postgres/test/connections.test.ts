import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Storage, StorageError } from '@cogitator-ai/openai-storage';
import { Client, Pool } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresStorage, type PostgresStorageOptions } from '../src/index.ts';
import { dropSchema, newSchema, query, url } from './database.ts';
import { startWay } from './way.ts';

let schema: string;
let name: string;
const storages: Storage[] = [];
beforeEach(() => {
  schema = newSchema();
  name = schema;
});
afterEach(async () => {
  await Promise.all(storages.splice(0).map((storage) => storage.close()));
  await dropSchema(schema);
});

/** A storage whose connections can be told from all others. */
async function open(options: PostgresStorageOptions = {}): Promise<Storage> {
  const named = new URL(url);
  named.searchParams.set('application_name', name);
  const storage = await openPostgresStorage({ url: named.href, schema, ...options });
  storages.push(storage);
  return storage;
}

async function connections(): Promise<number[]> {
  const rows = await query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE application_name = $1', [name]);
  return rows.map(({ pid }) => pid);
}

/** Connections of this process, of both ends. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
}

async function breakConnections(): Promise<void> {
  await query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);
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
  it('may end at the moment they are made', async () => {
    const message = (type: string, body: string): string => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(4 + body.length);
      return type + length.toString('latin1') + body;
    };
    // As a server does that is shut down: ready, and its goodbye in the same packet.
    const goodbye = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
    const answer = message('R', '\0\0\0\0') + message('Z', 'I') + message('E', goodbye);
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(answer, 'latin1'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const opening = openPostgresStorage({ url: `postgres://ann@127.0.0.1:${port}/db`, schema });
      await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      server.close();
    }
  });

  it('stay open after a refused commit', async () => {
    const storage = await open({ maxConnections: 1 });
    await insertRun(storage);
    const before = await connections();
    for (let n = 0; n < 5; n++) {
      const result = await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
      expect(result).toEqual({ ok: false, conflict: { reason: 'exists', key: thread } });
    }
    expect(await connections()).toEqual(before);
  });

  it('that broke are replaced, and commits are done once or told as failed', async () => {
    const storage = await open();
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
    const answered: string[] = [];
    let failed = 0;
    let isOver = false;
    const writing = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; !isOver; n++) {
        const id = `msg_${writer}_${n}`;
        try {
          const key = { kind: 'message', path: ['thread_1'], id } as const;
          const result = await storage.commit({ writes: [{ write: 'insert', key, body: '{}' }] });
          expect(result).toEqual({ ok: true });
          answered.push(id);
        } catch (error) {
          if (!StorageError.isInstance(error) || !error.retryable) throw error;
          failed++;
        }
      }
    });
    for (let n = 0; n < 5; n++) {
      await sleep(100);
      await breakConnections();
    }
    await sleep(100);
    isOver = true;
    await Promise.all(writing);
    const { records } = await storage.list({ kind: 'message', path: ['thread_1'], order: 'asc', limit: 100_000 });
    const stored = new Set(records.map(({ key }) => key.id));
    expect(answered.length).toBeGreaterThan(50);
    expect(answered.filter((id) => !stored.has(id))).toEqual([]);
    // What is there beyond was under way when its connection broke.
    expect(stored.size - answered.length).toBeLessThanOrEqual(failed);
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

  it('are waited for no longer than agreed', async () => {
    const storage = await open({ maxConnections: 1, connectTimeoutMs: 200, queryTimeoutMs: 500 });
    await insertRun(storage);
    const holder = new Client(url);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(`SELECT 1 FROM ${schema}.thread FOR UPDATE`);
    const put = { write: 'put', key: thread, body: '{"metadata":{}}' } as const;
    const slow = storage.commit({ writes: [put] });
    const waiting = storage.get(thread);
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await expect(slow).rejects.toMatchObject({ code: 'unavailable' });
    await holder.query('ROLLBACK');
    await holder.end();
    await expect.poll(() => storage.get(thread).catch(() => null)).toMatchObject({ key: thread });
  });

  it('through which nobody listens are those that `listenUrl` leads to', async () => {
    const listening = new URL(url);
    listening.searchParams.set('application_name', `${name} listens`);
    const storage = await open({ listenUrl: listening.href });
    await insertRun(storage);
    const heard: string[] = [];
    const listener = new AbortController();
    await storage.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    const listeners = await query("SELECT query FROM pg_stat_activity WHERE application_name = $1 || ' listens'", [
      name,
    ]);
    expect(listeners).toEqual([{ query: expect.stringContaining('LISTEN') }]);
    await append(await open(), 'from another');
    await expect.poll(() => heard).toEqual(['from another']);
    listener.abort();
  });

  it('of a pool with options lend theirs to the one that listens, the password too', async () => {
    const { hostname, port, username, password, pathname } = new URL(url);
    const pool = new Pool({
      host: hostname,
      port: Number(port),
      user: username,
      password,
      database: pathname.slice(1),
    });
    const storage = await openPostgresStorage({ pool, schema });
    storages.push(storage);
    await insertRun(storage);
    const heard: string[] = [];
    const listener = new AbortController();
    await storage.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    await append(await open(), 'from another');
    await expect.poll(() => heard).toEqual(['from another']);
    listener.abort();
    await pool.end();
  });

  it('to a `listenUrl` that says nothing are given up at opening', { timeout: 5000 }, async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const listenUrl = `postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/app`;
    await expect(open({ listenUrl, connectTimeoutMs: 1000 })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('listenUrl: PostgreSQL: '),
    });
    silent.close();
  });

  it('that have fallen silent do not hold up the end', { timeout: 8000 }, async () => {
    const way = await startWay();
    const storage = await openPostgresStorage({ url: way.url, schema, maxConnections: 1 });
    await storage.events.subscribe(stream, () => {}, { signal: new AbortController().signal });
    // After what subscribing still reads.
    await storage.now();
    const before = sockets();
    way.silence();
    await storage.close();
    expect(before - sockets()).toBeGreaterThanOrEqual(2);
    way.close();
  });

  it('pass over notices that are not of this storage', async () => {
    const storage = await open();
    await insertRun(storage);
    const heard: string[] = [];
    const listener = new AbortController();
    await storage.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
    for (const payload of ['', 'x', 'null', '{"n":1}', '{"t":"thread_1","r":"run_1","s":1,"n":7}']) {
      await query('SELECT pg_notify($1, $2)', [`openai_events_${schema}`, payload]);
    }
    await append(await open(), 'from another');
    await expect.poll(() => heard).toEqual(['from another']);
    listener.abort();
  });
});

it('hears a stream again whose events a crash of the database has emptied', async () => {
  const [writer, reader] = [await open(), await open()];
  await insertRun(writer);
  const heard: string[][] = [[], []];
  const listener = new AbortController();
  for (const [index, storage] of [writer, reader].entries()) {
    await storage.events.subscribe(stream, (events) => heard[index]?.push(...events.map(({ data }) => data)), listener);
  }
  for (const data of ['a', 'b', 'c']) await append(writer, data);
  await expect
    .poll(() => heard)
    .toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  await query(`TRUNCATE ${schema}.event, ${schema}.event_stream`);
  for (const data of ['d', 'e', 'f', 'g']) await append(writer, data);
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  await expect.poll(() => heard).toEqual([all, all]);
  listener.abort();
});

it('refuses the events alone that PostgreSQL refuses, not those that go with them', async () => {
  const storage = await open();
  await insertRun(storage);
  // No text of PostgreSQL can hold it; no event has such a name.
  const refused = { stream, fence: 0, events: [{ event: '\u0000', data: '{}' }] };
  const answers = await Promise.allSettled([
    append(storage, 'a'),
    append(storage, 'b'),
    storage.events.append(refused),
    append(storage, 'c'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const events = await storage.events.read(stream, { after: 0, limit: 9 });
  expect(events.map(({ data }) => data)).toEqual(['a', 'b', 'c']);
});
