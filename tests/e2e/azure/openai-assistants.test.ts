import { AssistantsClient, AzureKeyCredential, type ThreadRun } from '@azure/openai-assistants';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../server/start-test-server.ts';

const apiKey = 'sk-of-the-resource';
const server = await startTestServer({ apiKeys: [apiKey] });
const { upstream, model } = server;
const client = new AssistantsClient(server.origin, new AzureKeyCredential(apiKey), { allowInsecureConnection: true });
beforeEach(() => upstream.reset());
afterAll(() => server.close());

describe('AssistantsClient of @azure/openai-assistants', () => {
  it('runs an assistant', async () => {
    const assistant = await client.createAssistant({ model, name: 'Guide', instructions: 'Be brief.' });
    expect(assistant).toMatchObject({ name: 'Guide', instructions: 'Be brief.', model });
    expect((await client.updateAssistant(assistant.id, { name: 'Pilot' })).name).toBe('Pilot');
    const thread = await client.createThread();
    await client.createMessage(thread.id, 'user', 'Hello!');
    const run = await ended(await client.createRun(thread.id, { assistantId: assistant.id }));
    expect(run).toMatchObject({ status: 'completed', assistantId: assistant.id });

    const { data } = await client.listMessages(thread.id, { order: 'asc' });
    expect(data.map(({ content: [part] }) => (part?.type === 'text' ? part.text.value : ''))).toEqual([
      'Hello!',
      'You said: Hello!',
    ]);
    expect((await client.listRunSteps(thread.id, run.id)).data.map(({ type }) => type)).toEqual(['message_creation']);
    expect(await client.deleteThread(thread.id)).toMatchObject({ id: thread.id, deleted: true });
    expect(await client.deleteAssistant(assistant.id)).toMatchObject({ id: assistant.id, deleted: true });
  });

  it('answers the calls of a function', async () => {
    upstream.script({ toolCalls: [{ id: 'call_1', name: 'weather', arguments: ['{"city":"Brno"}'] }] });
    const definition = { name: 'weather', description: '', parameters: { type: 'object', properties: {} } };
    const assistant = await client.createAssistant({ model, tools: [{ type: 'function', function: definition }] });
    const thread = { messages: [{ role: 'user', content: 'Weather?' }] };
    const waiting = await ended(await client.createThreadAndRun({ assistantId: assistant.id, thread }));
    expect(waiting.status).toBe('requires_action');
    const calls = waiting.requiredAction!.submitToolOutputs!.toolCalls;
    const outputs = calls.map(({ id }) => ({ toolCallId: id, output: 'sunny' }));
    const run = await ended(await client.submitToolOutputsToRun(waiting.threadId, waiting.id, outputs));
    expect(run.status).toBe('completed');
    const [answer] = (await client.listMessages(run.threadId)).data;
    expect(answer!.content).toMatchObject([{ type: 'text', text: { value: 'The tool said: sunny' } }]);
  });

  it('keeps files', async () => {
    const content = Buffer.from('a,b\n1,2\n');
    const file = await client.uploadFile(content, 'assistants', { filename: 'data.csv' });
    expect(file).toMatchObject({ filename: 'data.csv', bytes: content.length, purpose: 'assistants' });
    expect(await client.getFile(file.id)).toEqual(file);
    expect((await client.listFiles()).data).toEqual([file]);
    expect(await client.deleteFile(file.id)).toMatchObject({ id: file.id, deleted: true });
  });

  it('is refused with its own errors', async () => {
    await expect(client.getAssistant('asst_none')).rejects.toMatchObject({ name: 'RestError', statusCode: 404 });
    const wrong = new AssistantsClient(server.origin, new AzureKeyCredential('wrong'), {
      allowInsecureConnection: true,
    });
    await expect(wrong.createThread()).rejects.toMatchObject({ name: 'RestError', statusCode: 401 });
  });

  it('is told what version 2 of the protocol does not have', async () => {
    const refusal = { name: 'RestError', statusCode: 400, code: 'unknown_parameter' };
    const file = await client.uploadFile(Buffer.from('x'), 'assistants');
    await expect(client.createAssistant({ model, fileIds: [file.id] })).rejects.toMatchObject(refusal);
    const thread = await client.createThread();
    await expect(client.createMessage(thread.id, 'user', 'Read it.', { fileIds: [file.id] })).rejects.toMatchObject(
      refusal,
    );
    await expect(client.createAssistant({ model, tools: [{ type: 'retrieval' }] })).rejects.toMatchObject({
      statusCode: 400,
      code: 'invalid_value',
    });
    const assistant = await client.createAssistant({ model });
    await expect(client.createAssistantFile(assistant.id, file.id)).rejects.toMatchObject({ statusCode: 404 });
  });
});

/** The run once it waits for its client or has ended. */
async function ended(run: ThreadRun): Promise<ThreadRun> {
  let current = run;
  while (current.status === 'queued' || current.status === 'in_progress') {
    current = await client.getRun(run.threadId, run.id);
  }
  return current;
}
