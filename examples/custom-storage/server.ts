// A server that keeps everything in LevelDB, and one question to it with the official SDK. Prints what the demo model answers,
// and a number that is one higher each time:
//
//     This is the built-in demo model: it has no intelligence and only shows that everything works. You said: Hello!
//     Assistants in ./data: 1

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEngine } from '@cogitator-ai/openai-engine';
import { createApp } from '@cogitator-ai/openai-http';
import { createDemoProvider, createModelRouter } from '@cogitator-ai/openai-models';
import { serve } from '@hono/node-server';
import OpenAI from 'openai';
import { openLevelStorage } from './src/index.ts';

const storage = await openLevelStorage({ path: './data' });
// With `openModels({ environment: process.env })` in its place: the models you have.
const models = createModelRouter({ providers: [createDemoProvider()] });
const engine = createEngine({ storage, models });
engine.start();
const server = serve({ fetch: createApp({ engine }).fetch, hostname: '127.0.0.1', port: 0 });
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const openai = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'not-needed' });
const assistant = await openai.beta.assistants.create({ model: 'demo' });
const run = await openai.beta.threads.createAndRunPoll({
  assistant_id: assistant.id,
  thread: { messages: [{ role: 'user', content: 'Hello!' }] },
});
const messages = await openai.beta.threads.messages.list(run.thread_id, { run_id: run.id });
const [content] = messages.data[0]?.content ?? [];
const { data: assistants } = await openai.beta.assistants.list({ limit: 100 });
console.log(content?.type === 'text' ? content.text.value : run);
console.log(`Assistants in ./data: ${assistants.length}`);

// In this order: no more requests, no more runs, then the storage.
server.close();
await engine.close({ signal: AbortSignal.timeout(5_000) });
await models.close();
await storage.close();
