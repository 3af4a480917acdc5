import { type RedisOptions, startRedis } from '@cogitator-ai/tests-services';
import { Redis } from 'ioredis';
import type { ServerStore } from './store.ts';

/** What chunks begin with, behind the key of their blob. */
const CHUNK = /^(openai:\{blob\/[^}]*\}):([^/]*)\/\d+$/;

export interface RedisStore extends ServerStore {
  /** Sends a command to the server itself, on a connection of its own. */
  command(name: string, ...args: string[]): Promise<unknown>;
}

/** A Redis whose writes are on the disk before they are answered. */
export async function startRedisStore(options: RedisOptions = {}): Promise<RedisStore> {
  const service = await startRedis({ durable: true, ...options });

  async function connected<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(service.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  return {
    service,
    url: service.url,
    command: (name, ...args) => connected((client) => client.call(name, args)),

    findLeftovers: (fileIds) =>
      connected(async (client) => {
        const leftovers: string[] = [];
        for await (const keys of client.scanStream({ match: 'openai:{blob/*', count: 1000 })) {
          for (const key of keys as string[]) {
            const [, blob, upload] = CHUNK.exec(key) ?? [];
            const fileId = /\{blob\/(.*)\}/.exec(key)?.[1] ?? '';
            if (blob === undefined) {
              if (!fileIds.has(fileId)) leftovers.push(`blob ${key}`);
            } else if ((await client.hget(blob, 'upload')) !== upload) leftovers.push(`chunk ${key}`);
          }
        }
        return leftovers;
      }),

    /** They expire by themselves; what would not is kept to be found. */
    ageLeftovers: () =>
      connected(async (client) => {
        for await (const keys of client.scanStream({ match: 'openai:{blob/*', count: 1000 })) {
          for (const key of keys as string[]) if ((await client.pttl(key)) > 0) await client.unlink(key);
        }
      }),

    remove: () => service.remove(),
  };
}
