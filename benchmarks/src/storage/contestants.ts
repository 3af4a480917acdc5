import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '@cogitator-ai/openai-server';
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
      const url = urlOf('DATABASE_URL');
      return {
        ours: await openDriver(withParameter(url, 'schema', name)),
        bare: await createBarePostgres(url, `${name}_bare`),
        remove: () => dropSchema(url, name),
      };
    }
    case 'redis': {
      const url = urlOf('REDIS_URL');
      return {
        ours: await openDriver(withParameter(url, 'key_prefix', `${name}:`)),
        bare: await createBareRedis(url, `{${name}_bare}:`),
        remove: () => deleteKeys(url, `${name}:`),
      };
    }
  }
}

async function openDriver(storageUrl: string): Promise<Subject> {
  return createDriverSubject(await openStorage({ storageUrl }));
}

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is not set.`);
  return url;
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
