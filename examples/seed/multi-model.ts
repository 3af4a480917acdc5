// Multi-Model Setup: each assistant has its own model, of its own provider.

import assert from 'node:assert/strict';
import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';
import OpenAI from 'openai';

const cogitator = new Cogitator({
  defaultModel: 'ollama/llama3.2:latest',
});

const server = createOpenAIServer(cogitator, { port: Number(process.env.PORT ?? 8080) });
await server.start();

const openai = new OpenAI({
  baseURL: server.getBaseUrl(),
  apiKey: 'not-needed',
});

const localAssistant = await openai.beta.assistants.create({
  name: 'Local Assistant',
  model: 'ollama/llama3.2:latest',
  instructions: 'Fast local responses',
});

const cloudAssistant = await openai.beta.assistants.create({
  name: 'Cloud Assistant',
  model: 'openai/gpt-4o',
  instructions: 'Complex reasoning tasks',
});

for (const assistant of [localAssistant, cloudAssistant]) {
  const run = await openai.beta.threads.createAndRunPoll({
    assistant_id: assistant.id,
    thread: { messages: [{ role: 'user', content: 'Hello!' }] },
  });
  assert.deepEqual([run.status, run.model], ['completed', assistant.model]);
}
await server.stop();
