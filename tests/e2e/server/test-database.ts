import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';

type Driver = 'memory' | 'sqlite' | 'postgres' | 'redis';

/** The driver that the tests are run on; each has a vitest project of its own. */
export const DRIVER = (process.env['TEST_STORAGE'] ?? 'memory') as Driver;

/** A place for the data of one test server, empty at first. */
export interface TestDatabase {
  /** What the server is configured with. */
  readonly url: string;
  remove(): Promise<void>;
}

export function createTestDatabase(): TestDatabase {
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  switch (DRIVER) {
    case 'memory':
      return { url: 'memory:', remove: async () => {} };
    case 'sqlite': {
      const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
      return { url: `sqlite:${folder}/storage.db`, remove: async () => rmSync(folder, { recursive: true }) };
    }
    case 'postgres':
      return { url: withParameter(serverUrl('DATABASE_URL'), 'schema', name), remove: () => dropSchema(name) };
    case 'redis': {
      const prefix = `${name}:`;
      return { url: withParameter(serverUrl('REDIS_URL'), 'key_prefix', prefix), remove: () => deleteKeys(prefix) };
    }
  }
}

function serverUrl(variable: string): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is not set: run \`npm run services\`.`);
  return url;
}

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

async function dropSchema(schema: string): Promise<void> {
  const client = new Client(serverUrl('DATABASE_URL'));
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}

async function deleteKeys(prefix: string): Promise<void> {
  const redis = new Redis(serverUrl('REDIS_URL'));
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
    if (keys.length > 0) await redis.unlink(keys as string[]);
  }
  redis.disconnect();
}
