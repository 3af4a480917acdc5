// PostgreSQL. Needs `npm install pg`.

import assert from 'node:assert/strict';
import { PostgresThreadStorage, ThreadManager } from '@cogitator-ai/openai-compat';

const storage = new PostgresThreadStorage({
  connectionString: process.env.DATABASE_URL ?? 'postgresql://user:pass@localhost:5432/db',
  schema: 'public', // optional, default: 'public'
  tableName: 'openai_compat_data', // optional, default: 'openai_compat_data'
});

await storage.connect();
const manager = new ThreadManager(storage);
const assistant = await manager.createAssistant({ model: 'gpt-4o', name: 'Kept in PostgreSQL' });
const file = await manager.addFile(Buffer.from('kept'), 'kept.txt');

// When done:
await storage.disconnect();

await storage.connect();
assert.deepEqual(await storage.loadAssistant(assistant.id), assistant);
assert.equal((await storage.loadFile(file.id))?.content.toString(), 'kept');
assert.equal(await storage.deleteAssistant(assistant.id), true);
assert.equal(await storage.deleteFile(file.id), true);
await storage.disconnect();
