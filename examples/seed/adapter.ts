// The adapter: assistants, threads and runs without a server.

import assert from 'node:assert/strict';
import { createOpenAIAdapter } from '@cogitator-ai/openai-compat';
import { Cogitator, tool } from '@cogitator-ai/core';
import { z } from 'zod';

const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const calculator = tool({
  name: 'calculator',
  description: 'Perform calculations',
  parameters: z.object({ expression: z.string() }),
  execute: async ({ expression }) => eval(expression).toString(),
});

const adapter = createOpenAIAdapter(cogitator, {
  tools: [calculator],
});

// Assistant Management
const assistant = await adapter.createAssistant({
  model: 'openai/gpt-4o',
  name: 'Code Helper',
  instructions: 'You help write code',
  temperature: 0.7,
  tools: [{ type: 'code_interpreter' }],
  metadata: { category: 'development' },
});

const fetched = await adapter.getAssistant(assistant.id);

const updated = await adapter.updateAssistant(assistant.id, {
  name: 'Code Expert',
  temperature: 0.5,
});

const all = await adapter.listAssistants();

const deleted = await adapter.deleteAssistant(assistant.id);

assert.deepEqual(fetched, assistant);
assert.deepEqual(updated, { ...assistant, name: 'Code Expert', temperature: 0.5 });
assert.deepEqual(all, [updated]);
assert.equal(deleted, true);
assert.equal(await adapter.getAssistant(assistant.id), undefined);

// Thread Operations
const thread = await adapter.createThread({ project: 'demo' });
const fetchedThread = await adapter.getThread(thread.id);

const message = await adapter.addMessage(thread.id, {
  role: 'user',
  content: 'Hello, how are you?',
  metadata: { source: 'web' },
});

const messages = await adapter.listMessages(thread.id, {
  limit: 20,
  order: 'asc',
  after: 'msg_abc123',
  before: 'msg_xyz789',
  run_id: 'run_123',
});

const msg = await adapter.getMessage(thread.id, 'msg_abc123');

assert.deepEqual(fetchedThread, thread);
assert.deepEqual(thread.metadata, { project: 'demo' });
assert.deepEqual(messages, []);
assert.equal(msg, undefined);
assert.deepEqual(await adapter.listMessages(thread.id), [message]);
assert.deepEqual(await adapter.getMessage(thread.id, message.id), message);

// Run Execution
const helper = await adapter.createAssistant({ model: 'openai/gpt-4o', instructions: 'You help.' });

const run = await adapter.createRun(thread.id, {
  assistant_id: helper.id,
  model: 'openai/gpt-4o',
  instructions: 'Be concise',
  temperature: 0.5,
  additional_messages: [{ role: 'user', content: 'Extra context' }],
  metadata: { source: 'api' },
});

const status = adapter.getRun(thread.id, run.id);
const cancelled = adapter.cancelRun(thread.id, run.id);

assert.ok(['queued', 'in_progress'].includes(status.status ?? ''));
assert.equal(status.instructions, 'Be concise');
assert.equal(cancelled.status, 'cancelling');
assert.ok(['cancelling', 'cancelled'].includes((await cancelled).status));
while ((await adapter.getRun(thread.id, run.id))?.status !== 'cancelled') await new Promise((r) => setTimeout(r, 20));
assert.equal(adapter.getRun(thread.id, run.id).status, 'cancelled');
await assert.rejects(adapter.cancelRun(thread.id, run.id), { status: 400 });

await adapter.deleteThread(thread.id);

assert.equal(await adapter.getThread(thread.id), undefined);
assert.equal(await adapter.getRun(thread.id, run.id), undefined);
assert.equal(adapter.getRun(thread.id, run.id).status, undefined);
await adapter.close();
await cogitator.close();
