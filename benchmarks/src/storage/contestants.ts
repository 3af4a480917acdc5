import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '@cogitator-ai/openai-server';
import { type Service, startPostgres, startRedis } from '@cogitator-ai/tests-services';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createBarePostgres } from './bare-postgres.ts';
import { createBareRedis } from './bare-redis.ts';
import { createBareSqlite } from './bare-sqlite.ts';
import { createDriverSubject } from './driver.ts';
import type { Subject } from './subject.ts';

export const DRIVERS = ['memory', 'sqlite', 'postgres', 'redis'] as const;
export type Driver = (typeof DRIVERS)[number];

/** A driver and the bare client library of the same store; for `memory` there is none. */
export interface Contestants {
  readonly ours: Subject;
  readonly bare: Subject | null;
  /** Closes both and removes their data. */
  close(): Promise<void>;
}

export async function openContestants(driver: Driver): Promise<Contestants> {
  const { ours, bare, remove } = await open(driver, `benchmark_${randomBytes(4).toString('hex')}`);
  return {
    ours,
    bare,
    async close() {
      await ours.close();
      await bare?.close();
      await remove?.();
    },
  };
}

interface Opened {
  readonly ours: Subject;
  readonly bare: Subject | null;
  readonly remove?: () => Promise<unknown>;
}

async function open(driver: Driver, name: string): Promise<Opened> {
  switch (driver) {
    case 'memory':
      return { ours: await openDriver('memory:'), bare: null };
    case 'sqlite': {
      const folder = mkdtempSync(join(tmpdir(), 'benchmark-'));
      return {
        ours: await openDriver(`sqlite:${join(folder, 'ours.db')}`),
        bare: createBareSqlite(join(folder, 'bare.db')),
        remove: async () => rmSync(folder, { recursive: true }),
      };
    }
    case 'postgres': {
      const server = await findServer('DATABASE_URL', () => startPostgres());
      return {
        ours: await openDriver(withParameter(server.url, 'schema', name)),
        bare: await createBarePostgres(server.url, `${name}_bare`),
        async remove() {
          await dropSchema(server.url, name);
          await server.remove();
        },
      };
    }
    case 'redis': {
      const server = await findServer('REDIS_URL', () => startRedis());
      return {
        ours: await openDriver(withParameter(server.url, 'key_prefix', `${name}:`)),
        bare: await createBareRedis(server.url, `{${name}_bare}:`),
        async remove() {
          await deleteKeys(server.url, `${name}:`);
          await server.remove();
        },
      };
    }
  }
}

async function openDriver(storageUrl: string): Promise<Subject> {
  return createDriverSubject(await openStorage({ storageUrl }));
}

/** The server that the environment names, else one of our own. */
async function findServer(
  variable: string,
  start: () => Promise<Service>,
): Promise<{ url: string; remove: () => Promise<void> }> {
  const url = process.env[variable];
  if (url !== undefined) return { url, remove: async () => {} };
  const service = await start();
  return { url: service.url, remove: () => service.remove() };
}

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if (keys.length > 0) await redis.unlink(keys as string[]);
  }
  redis.disconnect();
}
