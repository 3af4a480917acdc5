// Client mode: the official SDK against the server of `server-mode.ts`.

import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { server } from './server-mode.ts';

const openai = new OpenAI({
  baseURL: `http://localhost:${process.env.PORT ?? 8080}/v1`,
  apiKey: 'sk-my-secret-key',
});

const assistant = await openai.beta.assistants.create({
  name: 'Math Tutor',
  instructions: 'You help with math problems',
  model: 'ollama/llama3.2:latest',
});

const thread = await openai.beta.threads.create();

await openai.beta.threads.messages.create(thread.id, {
  role: 'user',
  content: 'What is 2 + 2?',
});

const run = await openai.beta.threads.runs.create(thread.id, {
  assistant_id: assistant.id,
});

// Poll for completion
let status = run.status;
while (status === 'queued' || status === 'in_progress') {
  await new Promise((r) => setTimeout(r, 1000));
  const updated = await openai.beta.threads.runs.retrieve(thread.id, run.id);
  status = updated.status;
}

const messages = await openai.beta.threads.messages.list(thread.id);
console.log(messages.data[0].content);

assert.equal(status, 'completed');
assert.equal(messages.data.length, 2);
assert.equal(messages.data[0].role, 'assistant');
const [content] = messages.data[0].content;
assert.ok(content.type === 'text' && content.text.value.length > 0);
await assert.rejects(new OpenAI({ baseURL: server.getBaseUrl(), apiKey: 'sk-wrong' }).models.list(), { status: 401 });
await server.stop();
