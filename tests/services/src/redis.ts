import { Redis } from 'ioredis';
import { findRedis } from './binaries/find-redis.ts';
import { type Service, startService } from './service.ts';

export interface RedisOptions {
  /** Whether writes are on the disk before they are answered. Default false: nothing is kept. */
  durable?: boolean;
  /** Folder for the data. Default one of its own, removed at the end. */
  dir?: string;
  /** More options of redis-server, such as `['--maxmemory', '10mb']`. */
  args?: string[];
}

/** Starts a Redis on a port of its own. */
export async function startRedis({ durable = false, dir, args = [] }: RedisOptions = {}): Promise<Service> {
  const { command, environment } = await findRedis();
  const persistence = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  return startService({
    name: 'redis',
    command,
    environment,
    dir,
    args: (place) => {
      const own = ['--port', String(place.port), '--bind', '127.0.0.1', '--dir', place.dir, '--save', ''];
      return [...own, ...persistence, ...args];
    },
    url: (port) => `redis://127.0.0.1:${port}`,
    ping,
  });
}

/** While a Redis reads its data it answers, but not with PONG. */
async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
