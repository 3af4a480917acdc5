// Functions of the client: a run waits for their results.

import assert from 'node:assert/strict';
import { createOpenAIAdapter } from '@cogitator-ai/openai-compat';
import { Cogitator } from '@cogitator-ai/core';

const cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o' });
const adapter = createOpenAIAdapter(cogitator);
const executeMyTool = async (name: string, args: string) => `${name} was given ${args}`;

const assistant = await adapter.createAssistant({
  model: 'openai/gpt-4o',
  tools: [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } }],
});
const thread = await adapter.createThread();
await adapter.addMessage(thread.id, { role: 'user', content: 'What is the weather in Lima?' });
const { id: runId } = await adapter.createRun(thread.id, { assistant_id: assistant.id });
async function settled() {
  while (['queued', 'in_progress'].includes(adapter.getRun(thread.id, runId).status ?? '')) {
    await new Promise((r) => setTimeout(r, 20));
  }
}
await settled();

const run = adapter.getRun(thread.id, runId);

if (run?.status === 'requires_action') {
  const toolCalls = run.required_action?.submit_tool_outputs.tool_calls;

  const outputs = await Promise.all(
    toolCalls!.map(async (call) => ({
      tool_call_id: call.id,
      output: await executeMyTool(call.function.name, call.function.arguments),
    })),
  );

  await adapter.submitToolOutputs(thread.id, runId, {
    tool_outputs: outputs,
  });
}

assert.equal(run.status, 'requires_action');
await settled();
assert.equal(adapter.getRun(thread.id, runId).status, 'completed');
const [answer] = await adapter.listMessages(thread.id, { limit: 1 });
const [content] = answer.content;
assert.ok(content.type === 'text' && content.text.value.includes('get_weather was given {"city":"Lima"}'));
await adapter.close();
await cogitator.close();
