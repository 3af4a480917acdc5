// Code Assistant with Tools: the assistant only names the tool, which runs in the server.

import assert from 'node:assert/strict';
import { createOpenAIServer } from '@cogitator-ai/openai-compat';
import { Cogitator, tool } from '@cogitator-ai/core';
import { z } from 'zod';
import OpenAI from 'openai';

const runCode = tool({
  name: 'run_code',
  description: 'Execute Python code',
  parameters: z.object({
    code: z.string().describe('Python code to execute'),
  }),
  execute: async ({ code }) => {
    return `Output: ${code.length} characters`;
  },
});

const cogitator = new Cogitator({
  defaultModel: 'openai/gpt-4o',
});

const server = createOpenAIServer(cogitator, {
  port: Number(process.env.PORT ?? 8080),
  tools: [runCode],
});

await server.start();

const openai = new OpenAI({
  baseURL: server.getBaseUrl(),
  apiKey: process.env.OPENAI_API_KEY,
});

const assistant = await openai.beta.assistants.create({
  name: 'Code Runner',
  instructions: 'You can run Python code using the run_code tool.',
  model: 'openai/gpt-4o',
  tools: [{ type: 'function', function: { name: 'run_code' } }],
});

const run = await openai.beta.threads.createAndRunPoll({
  assistant_id: assistant.id,
  thread: { messages: [{ role: 'user', content: 'Run print("hi")' }] },
});
assert.equal(run.status, 'completed');
const { data: steps } = await openai.beta.threads.runs.steps.list(run.thread_id, run.id, { order: 'asc' });
const [first] = steps;
assert.ok(first.step_details.type === 'tool_calls');
const [call] = first.step_details.tool_calls;
assert.ok(call.type === 'function');
assert.equal(call.function.output, `Output: ${JSON.parse(call.function.arguments).code.length} characters`);
await server.stop();
