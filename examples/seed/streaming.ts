// Streams: of a run, of a thread with its run, and the bytes.

import assert from 'node:assert/strict';
import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';
import OpenAI from 'openai';

const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const server = createOpenAIServer(cogitator, { port: Number(process.env.PORT ?? 8080) });
await server.start();
const openai = new OpenAI({ baseURL: server.getBaseUrl(), apiKey: 'not-needed' });
const assistant = await openai.beta.assistants.create({ model: 'openai/gpt-4o' });
const { id: threadId } = await openai.beta.threads.create();
await openai.beta.threads.messages.create(threadId, { role: 'user', content: 'Say hello world' });
let text = '';

// Streaming with OpenAI SDK
{
  const run = await openai.beta.threads.runs.create(threadId, {
    assistant_id: assistant.id,
    stream: true, // Enable streaming
  });

  // Handle streaming events
  for await (const event of run) {
    if (event.event === 'thread.message.delta') {
      const delta = event.data.delta;
      if (delta.content) {
        for (const content of delta.content) {
          if (content.type === 'text' && content.text?.value) {
            process.stdout.write(content.text.value);
            text += content.text.value;
          }
        }
      }
    }
  }
}
assert.match(text, /hello world/);

// Create Thread and Run with Streaming
const names: string[] = [];
{
  const run = await openai.beta.threads.createAndRun({
    assistant_id: assistant.id,
    thread: {
      messages: [{ role: 'user', content: 'Hello!' }],
    },
    stream: true,
  });

  // Process stream
  for await (const event of run) {
    console.log(event.event, event.data);
    names.push(event.event);
  }
}
assert.deepEqual([names[0], names.at(-1)], ['thread.created', 'thread.run.completed']);

// Raw SSE Endpoint
const response = await fetch(`${server.getBaseUrl()}/threads/${threadId}/runs`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ assistant_id: assistant.id, stream: true }),
});
assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
const body = await response.text();
const events = [...body.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
const expected = [
  'thread.run.created',
  'thread.run.in_progress',
  'thread.message.created',
  'thread.message.delta',
  'thread.message.completed',
  'thread.run.completed',
  'done',
];
assert.deepEqual(
  [...new Set(events)].filter((name) => expected.includes(name)),
  expected,
);
assert.ok(body.endsWith('event: done\ndata: [DONE]\n\n'));
await server.stop();
