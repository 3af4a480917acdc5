// What the client sees of errors, and how it waits for a run.

import assert from 'node:assert/strict';
import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';
import OpenAI from 'openai';
import type { Run } from 'openai/resources/beta/threads/runs/runs';

const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const server = createOpenAIServer(cogitator, { port: Number(process.env.PORT ?? 8080) });
await server.start();
const openai = new OpenAI({ baseURL: server.getBaseUrl(), apiKey: 'not-needed' });
const { id: threadId } = await openai.beta.threads.create();

try {
  const run = await openai.beta.threads.runs.create(threadId, {
    assistant_id: 'invalid-id',
  });
  assert.fail(`A run ${run.id} was made.`);
} catch (error) {
  if (error instanceof OpenAI.APIError) {
    console.log(error.status);
    console.log(error.message);
    console.log(error.code);
  }
  assert.ok(error instanceof OpenAI.APIError);
  assert.ok([400, 404].includes(error.status as number));
  assert.equal(error.type, 'invalid_request_error');
}

async function waitForRun(openai: OpenAI, threadId: string, runId: string): Promise<Run> {
  const terminalStates = ['completed', 'failed', 'cancelled', 'expired'];

  while (true) {
    const run = await openai.beta.threads.runs.retrieve(threadId, runId);

    if (terminalStates.includes(run.status)) {
      return run;
    }

    if (run.status === 'requires_action') {
      return run;
    }

    await new Promise((r) => setTimeout(r, 1000));
  }
}

const assistant = await openai.beta.assistants.create({ model: 'openai/gpt-4o' });
await openai.beta.threads.messages.create(threadId, { role: 'user', content: 'Hello!' });
const { id: runId } = await openai.beta.threads.runs.create(threadId, { assistant_id: assistant.id });
assert.equal((await waitForRun(openai, threadId, runId)).status, 'completed');
await server.stop();
