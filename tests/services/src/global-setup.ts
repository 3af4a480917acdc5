import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';

const started: Service[] = [];

/** Starts what the environment does not name, once for a run of vitest, however many of its projects ask for it. */
export async function setup(): Promise<void> {
  await Promise.all([
    provide('REDIS_URL', startRedis),
    provide('DATABASE_URL', () => startPostgres({ settings: { max_connections: '500' } })),
  ]);
}

export async function teardown(): Promise<void> {
  await Promise.all(started.splice(0).map((service) => service.remove()));
}

async function provide(variable: string, start: () => Promise<Service>): Promise<void> {
  if (process.env[variable] !== undefined) return;
  const service = await start();
  started.push(service);
  process.env[variable] = service.url;
}
