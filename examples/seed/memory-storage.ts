// In memory, which is the default.

import assert from 'node:assert/strict';
import { InMemoryThreadStorage, ThreadManager } from '@cogitator-ai/openai-compat';

const implicit = new ThreadManager();
// or explicitly:
const storage = new InMemoryThreadStorage();
const manager = new ThreadManager(storage);

await implicit.createThread();
const thread = await manager.createThread({ a: 'b' });
assert.deepEqual(await storage.listThreads(), [{ thread, messages: [] }]);
