// A storage of one's own: objects by id, whole.

import assert from 'node:assert/strict';
import {
  OpenAIAdapter,
  type StoredAssistant,
  type StoredFile,
  type StoredThread,
  ThreadManager,
  type ThreadStorage,
} from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';

class MyCustomStorage implements ThreadStorage {
  readonly threads = new Map<string, string>();
  readonly assistants = new Map<string, string>();
  readonly files = new Map<string, StoredFile>();

  async saveThread(id: string, thread: StoredThread): Promise<void> {
    this.threads.set(id, JSON.stringify(thread));
  }
  async loadThread(id: string): Promise<StoredThread | null> {
    return JSON.parse(this.threads.get(id) ?? 'null');
  }
  async deleteThread(id: string): Promise<boolean> {
    return this.threads.delete(id);
  }
  async listThreads(): Promise<StoredThread[]> {
    return [...this.threads.values()].map((text) => JSON.parse(text));
  }
  async saveAssistant(id: string, assistant: StoredAssistant): Promise<void> {
    this.assistants.set(id, JSON.stringify(assistant));
  }
  async loadAssistant(id: string): Promise<StoredAssistant | null> {
    return JSON.parse(this.assistants.get(id) ?? 'null');
  }
  async deleteAssistant(id: string): Promise<boolean> {
    return this.assistants.delete(id);
  }
  async listAssistants(): Promise<StoredAssistant[]> {
    return [...this.assistants.values()].map((text) => JSON.parse(text));
  }
  async saveFile(id: string, file: StoredFile): Promise<void> {
    this.files.set(id, file);
  }
  async loadFile(id: string): Promise<StoredFile | null> {
    return this.files.get(id) ?? null;
  }
  async deleteFile(id: string): Promise<boolean> {
    return this.files.delete(id);
  }
  async listFiles(): Promise<StoredFile[]> {
    return [...this.files.values()];
  }
}

const storage = new MyCustomStorage();
const manager = new ThreadManager(storage);

// It serves an adapter or a server as any other does.
const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const adapter = new OpenAIAdapter(cogitator, { threadManager: manager });
const assistant = await adapter.createAssistant({ model: 'openai/gpt-4o', instructions: 'Be kind.' });
const thread = await adapter.createThread();
await adapter.addMessage(thread.id, { role: 'user', content: 'Hello!' });
const { id } = await adapter.createRun(thread.id, { assistant_id: assistant.id });
while ((await adapter.getRun(thread.id, id))?.status !== 'completed') await new Promise((r) => setTimeout(r, 20));
const file = await manager.addFile(Buffer.from('a,b'), 'data.csv');
await adapter.close();
await cogitator.close();

// Another process, on the same storage.
const later = new ThreadManager(storage);
assert.equal((await later.getAssistant(assistant.id))?.instructions, 'Be kind.');
assert.deepEqual(
  (await later.getMessagesForLLM(thread.id)).map(({ role }) => role),
  ['user', 'assistant'],
);
assert.equal((await later.getFile(file.id))?.content.toString(), 'a,b');
assert.equal(await later.deleteFile(file.id), true);
assert.equal(await later.deleteThread(thread.id), true);
assert.equal(await later.deleteAssistant(assistant.id), true);
assert.deepEqual([storage.files.size, storage.threads.size, storage.assistants.size], [0, 0, 0]);
