// The thread manager: what is kept, without anything that runs.

import assert from 'node:assert/strict';
import { ThreadManager } from '@cogitator-ai/openai-compat';

const manager = new ThreadManager();

// Assistant Storage
const assistant = await manager.createAssistant({
  model: 'gpt-4o',
  name: 'Helper',
  instructions: 'Be helpful',
});

const fetched = await manager.getAssistant(assistant.id);
const updated = await manager.updateAssistant(assistant.id, { name: 'Expert' });
const all = await manager.listAssistants();
await manager.deleteAssistant(assistant.id);

assert.deepEqual([assistant.name, assistant.model, assistant.instructions], ['Helper', 'gpt-4o', 'Be helpful']);
assert.deepEqual(fetched, assistant);
assert.deepEqual(updated, { ...assistant, name: 'Expert' });
assert.deepEqual(all, [updated]);
assert.deepEqual(await manager.listAssistants(), []);

// Thread Storage
const thread = await manager.createThread({ key: 'value' });
const fetchedThread = await manager.getThread(thread.id);

assert.deepEqual(fetchedThread, thread);
assert.deepEqual(thread.metadata, { key: 'value' });

// Message Operations
const run = { id: 'run_1' };

const message = await manager.addMessage(thread.id, {
  role: 'user',
  content: 'Hello!',
});

const assistantMsg = await manager.addAssistantMessage(thread.id, 'Hi there!', assistant.id, run.id);

const messages = await manager.listMessages(thread.id, {
  limit: 50,
  order: 'desc',
});

const llmMessages = await manager.getMessagesForLLM(thread.id);

assert.deepEqual([assistantMsg.assistant_id, assistantMsg.run_id], [assistant.id, run.id]);
assert.deepEqual(messages, [assistantMsg, message]);
assert.deepEqual(await manager.listMessages(thread.id, { run_id: run.id }), [assistantMsg]);
assert.deepEqual(llmMessages, [
  { role: 'user', content: 'Hello!' },
  { role: 'assistant', content: 'Hi there!' },
]);
await manager.deleteThread(thread.id);
assert.equal(await manager.getThread(thread.id), undefined);

// File Management
const file = await manager.addFile(Buffer.from('file content'), 'document.txt');
const fetchedFile = await manager.getFile(file.id);
const allFiles = await manager.listFiles();
await manager.deleteFile(file.id);

assert.equal(fetchedFile?.content.toString(), 'file content');
assert.equal(fetchedFile?.filename, 'document.txt');
assert.deepEqual(
  allFiles.map(({ id }) => id),
  [file.id],
);
assert.equal(await manager.getFile(file.id), undefined);
