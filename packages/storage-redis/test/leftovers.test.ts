import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Storage } from '@cogitator-ai/openai-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisStorage } from '../src/index.ts';
import { beside, keysOf, newPrefix, removeKeys, url } from './server.ts';

const { signal } = new AbortController();
let keyPrefix: string;
let storage: Storage;
let child: ChildProcess | null = null;

beforeEach(async () => {
  keyPrefix = newPrefix();
  storage = await openRedisStorage({ url, keyPrefix });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await storage.close();
  await removeKeys(keyPrefix);
});

/** Another process with the same storage, once it has begun. */
async function start(task: string): Promise<ChildProcess> {
  const path = new URL('other-process.ts', import.meta.url);
  child = fork(path, [task, url, keyPrefix], { execArgv: ['--conditions=@cogitator-ai/source'] });
  await once(child, 'message');
  return child;
}

async function kill(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'exit');
}

const chunks = async (): Promise<string[]> => (await keysOf(keyPrefix)).filter((key) => key.includes('{blob/'));

describe('a process that is killed', () => {
  it('leaves no part of a blob for ever, and its key to others', async () => {
    const other = await start('put-blob');
    await expect.poll(async () => (await chunks()).length).toBeGreaterThan(2);
    await kill(other);
    expect(await storage.blobs.get('file_1', { signal })).toBeNull();
    const left = await chunks();
    const lives = await beside((client) => Promise.all(left.map((key) => client.pttl(key))));
    expect(lives.every((ms) => ms > 0 && ms <= 3_600_000)).toBe(true);
    async function* content(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.alloc(600_000));
    }
    expect(await storage.blobs.put('file_1', content(), { signal })).toMatchObject({ bytes: 600_000 });
    const kept = (await chunks()).filter((key) => !left.includes(key));
    const times = await beside((client) => Promise.all(kept.map((key) => client.pttl(key))));
    expect(times).toEqual([-1, -1, -1, -1]);
    expect(await storage.blobs.delete('file_1')).toBe(true);
    expect(await chunks()).toEqual(left);
  });

  it('leaves what it has been told is done, and nothing half done', async () => {
    const told: number[] = [];
    const other = await start('commit');
    other.on('message', (n) => told.push(Number(n)));
    await expect.poll(() => told.length).toBeGreaterThan(50);
    await kill(other);
    const threads = await storage.list({ kind: 'thread', path: [], order: 'asc', limit: 100_000 });
    const ids = threads.records.map(({ key }) => key.id);
    for (const n of told) expect(ids).toContain(`thread_${n}`);
    for (const id of ids) {
      const messages = await storage.list({ kind: 'message', path: [id], order: 'asc', limit: 10 });
      expect(messages.records).toHaveLength(3);
    }
  });
});

it('keeps nothing of puts that did not succeed', async () => {
  async function* content(fails: boolean): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.alloc(600_000));
    if (fails) throw new Error('The client is gone.');
  }
  await storage.blobs.put('file_1', content(false), { signal });
  const kept = await keysOf(keyPrefix);
  const puts = ['file_1', 'file_2', 'file_3'].map((key) => storage.blobs.put(key, content(true), { signal }));
  const answers = await Promise.allSettled(puts);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await keysOf(keyPrefix)).toEqual(kept);
});

it('hears what another process appends, in order and once', async () => {
  const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;
  const run = { kind: 'run', path: ['thread_1'], id: 'run_1' } as const;
  await storage.commit({ writes: [thread, run].map((key) => ({ write: 'insert', key, body: '{}' })) });
  const heard: string[] = [];
  const listener = new AbortController();
  const stream = { partition: 'thread_1', id: 'run_1' };
  await storage.events.subscribe(stream, (events) => heard.push(...events.map(({ data }) => data)), listener);
  await start('append');
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(500);
  expect(heard).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  listener.abort();
});
