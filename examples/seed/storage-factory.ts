// Storages by their type.

import assert from 'node:assert/strict';
import { createThreadStorage, ThreadManager } from '@cogitator-ai/openai-compat';

const { hostname, port } = new URL(process.env.REDIS_URL ?? 'redis://localhost:6379');

// In-memory (default)
const memory = createThreadStorage();
// or: createThreadStorage({ type: 'memory' })

// Redis
const redis = createThreadStorage({
  type: 'redis',
  host: hostname,
  port: Number(port),
});
await redis.connect!();

// PostgreSQL
const postgres = createThreadStorage({
  type: 'postgres',
  connectionString: process.env.DATABASE_URL ?? 'postgresql://localhost/db',
});
await postgres.connect!();

for (const storage of [memory, redis, postgres]) {
  const manager = new ThreadManager(storage);
  const thread = await manager.createThread();
  await manager.addMessage(thread.id, { role: 'user', content: 'Hello!' });
  assert.equal((await storage.loadThread(thread.id))?.messages.length, 1);
  assert.equal(await manager.deleteThread(thread.id), true);
  await storage.disconnect();
}
