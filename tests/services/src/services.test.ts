import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { startPostgres, startRedis, startRedisCluster } from './index.ts';
import type { Service } from './service.ts';

async function askRedis(url: string, ...command: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(url, { retryStrategy: () => null });
  try {
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

async function askPostgres(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const SERVICES = [
  {
    name: 'Redis',
    start: () => startRedis({ durable: true }),
    write: (url: string) => askRedis(url, 'SET', 'kept', 'yes'),
    read: (url: string) => askRedis(url, 'GET', 'kept'),
    kept: 'yes' as unknown,
  },
  {
    name: 'PostgreSQL',
    start: () => startPostgres({ durable: true, settings: { work_mem: '5MB' } }),
    write: (url: string) => askPostgres(url, "CREATE TABLE kept AS SELECT current_setting('work_mem') AS text"),
    read: (url: string) => askPostgres(url, 'SELECT text FROM kept'),
    kept: [['5MB']],
  },
];

describe.each(SERVICES)('$name', ({ start, write, read, kept }) => {
  it('keeps its data when it is killed and when it is stopped, and leaves nothing when it is removed', async () => {
    const service = await start();
    await write(service.url);
    for (const end of ['kill', 'stop'] as const) {
      await service[end]();
      await expect(read(service.url)).rejects.toThrow(/closed|ECONNREFUSED/);
      await service.start();
      expect(await read(service.url)).toEqual(kept);
    }
    service.pause();
    await service.remove();
    expect([existsSync(service.dir), isRunning(service)]).toEqual([false, false]);
  });
});

it('a cluster takes keys of every slot', async () => {
  const cluster = await startRedisCluster();
  try {
    const slots = await askRedis(cluster.nodes[0]!.url, 'CLUSTER', 'SLOTS');
    expect(slots).toHaveLength(3);
  } finally {
    await cluster.remove();
  }
});

it('servers end with the process that started them, though it is killed', async () => {
  const script = `
    import { startPostgres, startRedis } from '${import.meta.dirname}/index.ts';
    for (const service of await Promise.all([startRedis(), startPostgres()])) console.log(service.pid, service.dir);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) === 2) break;
  const services = lines.map((line) => ({ pid: Number(line.split(' ')[0]), dir: line.split(' ')[1]! }));
  expect(services.map(isRunning)).toEqual([true, true]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect.poll(() => services.map(isRunning), { timeout: 5000 }).toEqual([false, false]);
  await expect.poll(() => services.map(({ dir }) => existsSync(dir)), { timeout: 5000 }).toEqual([false, false]);
});

function isRunning({ pid }: Pick<Service, 'pid'>): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
