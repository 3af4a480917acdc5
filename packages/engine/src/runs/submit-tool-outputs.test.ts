import {
  CreateAssistantRequest,
  CreateThreadAndRunRequest,
  parseRequest,
  SubmitToolOutputsRequest,
} from '@cogitator-ai/openai-protocol';
import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import type { ModelPort } from '../ports/model-port.ts';

const ASKING: ModelPort = {
  list: () => Promise.resolve([]),
  accepts: () => true,
  async *stream() {
    yield { type: 'tool-call', index: 0, id: 'call_1', name: 'ask' };
    yield { type: 'tool-call-arguments', index: 0, text: '{}' };
    yield { type: 'finish', reason: 'tool-calls', usage: null };
  },
};

it('finds no run when its thread is deleted while the outputs are looked at', async () => {
  const storage = createMemoryStorage();
  const engine = createEngine({ storage, models: ASKING });
  engine.start();
  const assistant = await engine.assistants.create(
    parseRequest(CreateAssistantRequest, { model: 'm', tools: [{ type: 'function', function: { name: 'ask' } }] }),
  );
  const request = parseRequest(CreateThreadAndRunRequest, {
    assistant_id: assistant.value.id,
    thread: { messages: [{ role: 'user', content: 'Hi' }] },
  });
  const { id: runId, thread_id: threadId } = (await engine.runs.createThreadAndRun(request)).run.value;
  await expect.poll(async () => (await engine.runs.retrieve(threadId, runId)).value.status).toBe('requires_action');

  // Between the run and its step.
  const list = storage.list.bind(storage);
  storage.list = async (page) => {
    await storage.commit({ writes: [{ write: 'delete', key: { kind: 'thread', path: [], id: threadId } }] });
    return list(page);
  };
  const outputs = parseRequest(SubmitToolOutputsRequest, { tool_outputs: [{ tool_call_id: 'call_1', output: '1' }] });
  await expect(engine.runs.submitToolOutputs(threadId, runId, outputs)).rejects.toMatchObject({
    status: 404,
    message: `No thread found with id '${threadId}'.`,
  });
  await engine.close({ signal: AbortSignal.abort() });
  await storage.close();
});
