// Redis, by host and port and by URL. Needs `npm install ioredis`.

import assert from 'node:assert/strict';
import { RedisThreadStorage, ThreadManager } from '@cogitator-ai/openai-compat';

const url = process.env.REDIS_URL ?? 'redis://localhost:6379';
const { hostname, port } = new URL(url);

const storage = new RedisThreadStorage({
  host: hostname,
  port: Number(port),
  keyPrefix: 'cogitator:openai:', // optional, default: 'cogitator:openai:'
  ttl: 86400, // optional, default: 86400 (24h)
});

await storage.connect();
const manager = new ThreadManager(storage);
const thread = await manager.createThread({ kept: 'in Redis' });
await manager.addMessage(thread.id, { role: 'user', content: 'Hello!' });

// When done:
await storage.disconnect();

// With connection URL:
const again = new RedisThreadStorage({ url });
await again.connect();
const stored = await again.loadThread(thread.id);
assert.deepEqual(stored?.thread, thread);
assert.deepEqual(
  stored.messages.map(({ role, thread_id }) => [role, thread_id]),
  [['user', thread.id]],
);
assert.equal(await again.deleteThread(thread.id), true);
assert.equal(await again.loadThread(thread.id), null);
await again.disconnect();
