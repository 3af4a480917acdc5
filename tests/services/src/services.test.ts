import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, startRedis, startRedisCluster } from './index.ts';
import { processTree, stillRunning } from './processes/process-tree.ts';

/** A connection that somebody has. */
interface Connection {
  write(): Promise<unknown>;
  read(): Promise<unknown>;
  close(): void;
}

async function connectToRedis(url: string): Promise<Connection> {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true });
  client.on('error', () => {});
  await client.connect();
  return {
    write: () => client.set('kept', 'yes'),
    read: () => client.get('kept'),
    close: () => client.disconnect(),
  };
}

async function connectToPostgres(url: string): Promise<Connection> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  return {
    write: () => client.query("CREATE TABLE kept AS SELECT 'yes' AS text"),
    read: async () => (await client.query<{ text: string }>('SELECT text FROM kept')).rows[0]?.text,
    close: () => void client.end().catch(() => {}),
  };
}

const SERVICES = [
  { name: 'Redis', start: () => startRedis({ durable: true }), connect: connectToRedis },
  { name: 'PostgreSQL', start: () => startPostgres(), connect: connectToPostgres },
  { name: 'PostgreSQL, durable', start: () => startPostgres({ durable: true }), connect: connectToPostgres },
];

describe.each(SERVICES)('$name', ({ start, connect }) => {
  it('keeps what it has acknowledged, however it ends, until it is removed', async () => {
    const service = await start();
    const { url, port } = service;
    try {
      const writer = await connect(url);
      await writer.write();
      for (const end of ['kill', 'stop'] as const) {
        const processes = processTree(service.pid);
        await service[end]();
        expect(stillRunning(processes)).toEqual([]);
        expect(() => service.pid).toThrow('The server does not run.');
        await expect(connect(url)).rejects.toThrow(/closed|ECONNREFUSED/);
        await service.start();
        expect([service.url, service.port]).toEqual([url, port]);
      }
      await service.restart();
      const reader = await connect(url);
      expect(await reader.read()).toBe('yes');
      reader.close();
    } finally {
      await service.remove();
    }
    await service.remove();
    expect(existsSync(service.dir)).toBe(false);
  });

  it('answers nobody while it is paused, and everybody afterwards', async () => {
    const service = await start();
    try {
      const connection = await connect(service.url);
      await connection.write();
      service.pause();
      await sleep(50); // What was under way may have been answered.
      const answer = connection.read();
      expect(await Promise.race([answer, sleep(300, 'nothing')])).toBe('nothing');
      service.resume();
      expect(await answer).toBe('yes');
      connection.close();

      service.pause();
      const processes = processTree(service.pid);
      await service.remove();
      expect(stillRunning(processes)).toEqual([]);
    } finally {
      await service.remove();
    }
  });
});

it('takes options and settings', async () => {
  const [redis, postgres] = await Promise.all([
    startRedis({ args: ['--maxclients', '17'] }),
    startPostgres({ settings: { max_connections: '7' } }),
  ]);
  const client = new Redis(redis.url);
  const database = new Client(postgres.url);
  try {
    await database.connect();
    expect(await client.config('GET', 'maxclients')).toEqual(['maxclients', '17']);
    expect((await database.query('SHOW max_connections')).rows).toEqual([{ max_connections: '7' }]);
  } finally {
    client.disconnect();
    await database.end();
    await Promise.all([redis.remove(), postgres.remove()]);
  }
});

it('says what a server has printed when it does not start', async () => {
  await expect(startRedis({ args: ['--maxmemory', 'plenty'] })).rejects.toThrow(/maxmemory/);
  await expect(startPostgres({ settings: { work_mem: 'plenty' } })).rejects.toThrow(/work_mem/);
});

it('starts a cluster that takes keys of every slot', async () => {
  const cluster = await startRedisCluster();
  try {
    const client = new Redis(cluster.nodes[0]!.url);
    expect(await client.cluster('SLOTS')).toHaveLength(3);
    client.disconnect();
  } finally {
    await cluster.remove();
  }
});

describe('when the process that wanted the servers is killed', () => {
  let temporary: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'services-'));
    chmodSync(temporary, 0o755); // For the account that runs PostgreSQL.
  });
  afterEach(() => rmSync(temporary, { recursive: true }));

  /** A process that starts servers, prints a line when they run, and never ends by itself. */
  function startUser(): ChildProcess {
    const script = `
      import { startPostgres, startRedis } from '${import.meta.dirname}/index.ts';
      console.log('starting');
      await Promise.all([startRedis(), startPostgres()]);
      console.log('started');
      setInterval(() => {}, 1000);`;
    return spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  async function line(user: ChildProcess, text: string): Promise<void> {
    for await (const printed of createInterface({ input: user.stdout! })) if (printed === text) return;
    throw new Error(`It has ended without printing '${text}'.`);
  }

  async function expectNothingAfterKill(user: ChildProcess): Promise<void> {
    expect(user.exitCode).toBeNull();
    const processes = processTree(user.pid!);
    const exited = once(user, 'exit');
    user.kill('SIGKILL');
    await exited;
    await expect.poll(() => stillRunning(processes), { timeout: 10_000 }).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  }

  it('leaves no process and no folder', async () => {
    const user = startUser();
    await line(user, 'started');
    // Each with its supervisor, and the processes that PostgreSQL has from the start.
    expect(processTree(user.pid!).length).toBeGreaterThan(6);
    expect(readdirSync(temporary)).toHaveLength(2);
    await expectNothingAfterKill(user);
  });

  it.each([50, 150, 250, 400, 600])('leaves nothing after %i ms of starting either', async (delayMs) => {
    const user = startUser();
    await line(user, 'starting');
    await sleep(delayMs);
    await expectNothingAfterKill(user);
  });
});
