// An adapter whose assistants, threads and runs are in Redis.

import assert from 'node:assert/strict';
import { OpenAIAdapter, RedisThreadStorage, ThreadManager } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';

const { hostname, port } = new URL(process.env.REDIS_URL ?? 'redis://localhost:6379');

const storage = new RedisThreadStorage({ host: hostname, port: Number(port) });
await storage.connect();

// Create ThreadManager with persistent storage
const manager = new ThreadManager(storage);

// Use the adapter in-process (for custom server integrations)
const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const adapter = new OpenAIAdapter(cogitator, { tools: [], threadManager: manager });

const assistant = await adapter.createAssistant({ model: 'openai/gpt-4o', instructions: 'Be kind.' });
const thread = await adapter.createThread();
await adapter.addMessage(thread.id, { role: 'user', content: 'Hello!' });
const { id } = await adapter.createRun(thread.id, { assistant_id: assistant.id });
while ((await adapter.getRun(thread.id, id))?.status !== 'completed') await new Promise((r) => setTimeout(r, 20));
await adapter.close();

// Another process finds the thread, its answer and the run.
const other = new OpenAIAdapter(cogitator, { storage });
assert.deepEqual(
  (await other.getThreadManager().getMessagesForLLM(thread.id)).map(({ role }) => role),
  ['user', 'assistant'],
);
assert.equal((await other.getRun(thread.id, id))?.status, 'completed');
await other.deleteThread(thread.id);
await other.deleteAssistant(assistant.id);
await other.close();
await storage.disconnect();
await cogitator.close();
