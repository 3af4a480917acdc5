import { type Service, startRedis } from '@cogitator-ai/tests-services';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisStorage } from '../src/index.ts';

let server: Service;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
}, 60_000);
afterAll(async () => {
  admin.disconnect();
  await server.remove();
});

async function warnings(url = server.url): Promise<string[]> {
  const heard: string[] = [];
  const storage = await openRedisStorage({ url, onWarning: (message) => heard.push(message) });
  await storage.close();
  return heard;
}

describe('opening warns', () => {
  it('that a server may evict', async () => {
    await admin.config('SET', 'appendonly', 'yes');
    expect(await warnings()).toEqual([]);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await warnings()).toEqual([expect.stringContaining('maxmemory-policy is allkeys-lru')]);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'appendonly', 'no');
  });

  it('that a server forgets, unless it keeps a log', async () => {
    await admin.config('SET', 'save', '');
    expect(await warnings()).toEqual([expect.stringContaining('forgets everything')]);
    // As it is by default.
    await admin.config('SET', 'save', '3600 1 300 100 60 10000');
    expect(await warnings()).toEqual([expect.stringContaining('since its last snapshot')]);
    await admin.config('SET', 'appendonly', 'yes');
    expect(await warnings()).toEqual([]);
    await admin.config('SET', 'appendonly', 'no');
  });

  it('of nothing that a server does not tell', async () => {
    await admin.config('SET', 'save', '');
    await admin.call('ACL', ['SETUSER', 'ann', 'on', '>secret', '~*', '&*', '+@all', '-config']);
    const url = new URL(server.url);
    [url.username, url.password] = ['ann', 'secret'];
    expect(await warnings(url.href)).toEqual([]);
  });
});

it('refuses writes when the server is out of room, and leaves nothing half done', async () => {
  const storage = await openRedisStorage({ url: server.url });
  const thread = { kind: 'thread', path: [], id: 'thread_full' } as const;
  const message = { kind: 'message', path: [thread.id], id: 'msg_1' } as const;
  await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
  await admin.config('SET', 'maxmemory', '1');
  const commit = storage.commit({
    writes: [
      { write: 'put', key: thread, body: '{"n":1}' },
      { write: 'insert', key: message, body: '{}' },
    ],
  });
  await expect(commit).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('OOM') });
  expect(await storage.getMany([thread, message])).toMatchObject([{ version: 1 }, null]);
  // Making room is possible all the same.
  expect(await storage.commit({ writes: [{ write: 'delete', key: thread }] })).toEqual({ ok: true });
  await admin.config('SET', 'maxmemory', '0');
  await storage.close();
});
