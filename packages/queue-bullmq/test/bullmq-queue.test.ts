import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunTicket } from '@cogitator-ai/openai-engine';
import { startProxy, startRedis } from '@cogitator-ai/tests-services';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BullmqQueue, openBullmqQueue } from '../src/index.ts';

const LEASE_MS = 900;

const ticket = (runId: string, fence = 0): RunTicket => ({ threadId: 'thread_1', runId, fence });

const SERVERS = [
  { name: 'Redis', url: process.env['REDIS_URL'] as string },
  { name: 'PostgreSQL', url: process.env['DATABASE_URL'] as string },
];

describe.each(SERVERS)('a queue on $name', ({ name, url }) => {
  let place: string;
  let queues: BullmqQueue[];
  const places: string[] = [];

  const open = async (): Promise<BullmqQueue> => {
    const queue = await openBullmqQueue({ url, keyPrefix: place, schema: place, leaseMs: LEASE_MS });
    queues.push(queue);
    return queue;
  };

  beforeEach(() => {
    place = `test_${randomBytes(6).toString('hex')}`;
    places.push(place);
    queues = [];
  });
  afterEach(() => Promise.all(queues.map((queue) => queue.close())));

  afterAll(async () => {
    if (name === 'Redis') {
      const client = new Redis(url);
      for (const each of places) {
        const keys = await client.keys(`{${each}}*`);
        if (keys.length > 0) await client.del(keys);
      }
      client.disconnect();
    } else {
      const client = new Client(url);
      await client.connect();
      for (const each of places) await client.query(`DROP SCHEMA IF EXISTS ${each} CASCADE`);
      await client.end();
    }
  });

  it('gives tickets out in their order, to one of those who take them', async () => {
    const [adder, ...takers] = [await open(), await open(), await open()];
    const runs = Array.from({ length: 20 }, (_, index) => `run_${index}`);
    for (const run of runs) await adder.add(ticket(run));
    const taken: string[] = [];
    takers[0].work(async ({ runId }) => void taken.push(runId), { concurrency: 1 });
    await expect.poll(() => taken, { timeout: 10_000 }).toEqual(runs);
    takers[1].work(async ({ runId }) => void taken.push(runId), { concurrency: 1 });
    for (const run of runs) await adder.add(ticket(run, 1));
    await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(40);
    await sleep(200);
    expect(taken.slice(20).toSorted()).toEqual(runs.toSorted());
  });

  it('takes a ticket soon after it was added', async () => {
    const [adder, taker] = [await open(), await open()];
    let wake = (): void => {};
    taker.work(async () => wake(), { concurrency: 10 });
    await sleep(300);
    const waits: number[] = [];
    for (let index = 0; index < 5; index++) {
      const begun = performance.now();
      const taken = new Promise<void>((resolve) => (wake = resolve));
      await adder.add(ticket(`run_${index}`));
      await taken;
      waits.push(performance.now() - begun);
    }
    // Told of it, and not found by looking every few seconds.
    expect(waits.toSorted((a, b) => a - b)[2]).toBeLessThan(1000);
  });

  it('holds the same ticket once while it waits and while it is worked on, and again afterwards', async () => {
    const queue = await open();
    const finish: (() => void)[] = [];
    await queue.add(ticket('run_1'));
    await queue.add(ticket('run_1'));
    queue.work(() => new Promise((resolve) => finish.push(resolve)), { concurrency: 5 });
    await expect.poll(() => finish.length).toBe(1);
    await queue.add(ticket('run_1'));
    await queue.add(ticket('run_1', 1));
    await expect.poll(() => finish.length).toBe(2);
    await sleep(100);
    expect(finish).toHaveLength(2);
    for (const end of finish.splice(0)) end();
    await sleep(300);
    await queue.add(ticket('run_1', 1));
    await expect.poll(() => finish.length).toBe(1);
    finish[0]!();
  });

  it('works on so many at a time, and on more when told to', async () => {
    const queue = await open();
    const finish: (() => void)[] = [];
    queue.work(() => new Promise((resolve) => finish.push(resolve)), { concurrency: 2 });
    for (let index = 0; index < 6; index++) await queue.add(ticket(`run_${index}`));
    await expect.poll(() => finish.length).toBe(2);
    await sleep(200);
    expect(finish).toHaveLength(2);
    // Though none of them is done.
    queue.resize(4);
    await expect.poll(() => finish.length).toBe(4);
    for (const end of finish.splice(0)) end();
    await expect.poll(() => finish.length).toBe(2);
    for (const end of finish) end();
  });

  it('gives out first what is added first of all', async () => {
    const queue = await open();
    for (const run of ['run_1', 'run_2']) await queue.add(ticket(run));
    await queue.add(ticket('run_3'), { first: true });
    const taken: string[] = [];
    queue.work(async ({ runId }) => void taken.push(runId), { concurrency: 1 });
    await expect.poll(() => taken).toEqual(['run_3', 'run_1', 'run_2']);
  });

  it('takes none once it is stopped, and leaves what waits to others', async () => {
    const [first, second] = [await open(), await open()];
    const taken: string[] = [];
    first.work(async ({ runId }) => void taken.push(`first ${runId}`), { concurrency: 1 });
    await first.add(ticket('run_1'));
    await expect.poll(() => taken).toEqual(['first run_1']);
    await first.stop();
    await first.add(ticket('run_2'));
    await sleep(300);
    expect(taken).toHaveLength(1);
    second.work(async ({ runId }) => void taken.push(`second ${runId}`), { concurrency: 1 });
    await expect.poll(() => taken).toEqual(['first run_1', 'second run_2']);
  });

  it('goes on when connections were made that nobody ever answers', { timeout: 90_000 }, async () => {
    const proxy = await startProxy(url);
    const remote = await openBullmqQueue({ url: proxy.url, keyPrefix: place, schema: place, leaseMs: LEASE_MS });
    queues.push(remote);
    const taken: string[] = [];
    remote.work(async ({ runId }) => void taken.push(runId), { concurrency: 1 });
    const adder = await open();
    await adder.add(ticket('run_1'));
    await expect.poll(() => taken, { timeout: 10_000 }).toEqual(['run_1']);
    const restore = proxy.swallow();
    proxy.reset();
    await sleep(5000);
    restore();
    await adder.add(ticket('run_2'));
    await expect.poll(() => taken, { timeout: 60_000 }).toEqual(['run_1', 'run_2']);
    await remote.close();
    await proxy.close();
  });

  it('closes twice', async () => {
    const queue = await open();
    queue.work(async () => {}, { concurrency: 1 });
    await expect(Promise.all([queue.close(), queue.close()])).resolves.toBeDefined();
  });
});

it.each(['postgres://127.0.0.1:1/none', 'redis://127.0.0.1:1'])('says that %s cannot be reached', async (url) => {
  await expect(openBullmqQueue({ url })).rejects.toThrow(/ECONNREFUSED|did not answer within 10 s/);
});

it('closes while its server is away', async () => {
  const server = await startRedis();
  const queue = await openBullmqQueue({ url: server.url });
  queue.work(async () => {}, { concurrency: 1 });
  await server.kill();
  await expect(queue.close()).resolves.toBeUndefined();
  await server.remove();
});
