import { Redis } from 'ioredis';
import { findRedis } from './binaries/find-redis.ts';
import { type Service, startService } from './service.ts';

export interface RedisOptions {
  /** Whether writes are on the disk before they are answered. Default false: nothing is kept. */
  durable?: boolean;
  /** Folder for the data; it stays. Default one of its own, removed at the end. */
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
    dir,
    program(place) {
      const own = ['--port', String(place.port), '--bind', '127.0.0.1', '--dir', place.dir, '--save', ''];
      return { command, args: [...own, ...persistence, ...args], environment };
    },
    url: (port) => `redis://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
    endSignal: 'SIGKILL',
    isReady: ({ port, pid }) => answersAs(pid, port),
  });
}

/** Whether the server with this process id answers; while it reads its data, it answers no command. */
async function answersAs(pid: number, port: number): Promise<boolean> {
  const client = new Redis({ port, lazyConnect: true, commandTimeout: 2000, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.info('server')).includes(`process_id:${pid}\r\n`);
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
