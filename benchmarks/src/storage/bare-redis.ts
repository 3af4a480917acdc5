import { Redis } from 'ioredis';
import { BATCH, bodyOf, createIds, expectPage, type Subject } from './subject.ts';

const APPEND = `
  if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
  redis.call('HSET', KEYS[4], 'body', ARGV[2])
  redis.call('ZADD', KEYS[3], 0, ARGV[1])
  return 1`;
const LIST = `
  local ids = redis.call('ZRANGE', KEYS[1], '+', '-', 'BYLEX', 'REV', 'LIMIT', 0, ARGV[1])
  local page = {}
  for i, id in ipairs(ids) do page[i] = redis.call('HGET', ARGV[2] .. id, 'body') end
  return page`;

interface Scripts {
  bareAppend(...keysAndArguments: string[]): Promise<number>;
  bareList(...keysAndArguments: (string | number)[]): Promise<string[]>;
}

/** The least that keeps messages in Redis: a hash for each, a sorted set of their ids, and one script for each thing to do. */
export async function createBareRedis(url: string, prefix: string): Promise<Subject> {
  const redis = new Redis(url) as Redis & Scripts;
  redis.defineCommand('bareAppend', { lua: APPEND, numberOfKeys: 4 });
  redis.defineCommand('bareList', { lua: LIST, numberOfKeys: 1 });
  const keys = { thread: `${prefix}thread`, run: `${prefix}run`, ids: `${prefix}ids`, message: `${prefix}message:` };
  await redis.hset(keys.thread, 'body', '{}');
  const nextId = createIds();
  let messages = 0;

  return {
    async fill(count) {
      for (let left = count; left > 0; left -= BATCH) {
        const pipeline = redis.pipeline();
        for (let n = Math.min(left, BATCH); n > 0; n--) {
          const id = nextId();
          pipeline.hset(keys.message + id, 'body', bodyOf(id)).zadd(keys.ids, 0, id);
        }
        await pipeline.exec();
      }
      messages += count;
    },
    async append() {
      const id = nextId();
      const done = await redis.bareAppend(keys.thread, keys.run, keys.ids, keys.message + id, id, bodyOf(id));
      if (done !== 1) throw new Error('The message was not inserted.');
      messages++;
    },
    async list(limit) {
      const page = await redis.bareList(keys.ids, limit + 1, keys.message);
      expectPage(Math.min(page.length, limit), page.length > limit, { limit, messages });
    },
    async close() {
      for await (const found of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
        if (found.length > 0) await redis.unlink(found as string[]);
      }
      redis.disconnect();
    },
  };
}
