import type OpenAI from 'openai-v7';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from '../sdk/every-sdk.ts';
import { startTestServer } from '../server/start-test-server.ts';

const apiKey = 'sk-of-the-resource';
const apiVersion = '2024-05-01-preview';

const server = await startTestServer({ apiKeys: [apiKey] });
const { upstream, model, origin: endpoint } = server;
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const WEATHER = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
} as const;
const CALL = { toolCalls: [{ id: 'call_1', name: 'weather', arguments: ['{"city":', '"Brno"}'] }] };

describe.each(EVERY_SDK)('AzureOpenAI of openai $major', (sdk) => {
  const { beta, files, models, vectorStores } = sdk.createAzureClient({ endpoint, apiVersion, apiKey });
  const { assistants, threads } = beta;
  const { messages, runs } = threads;

  it('runs an assistant, polled and streamed', async () => {
    const assistant = await assistants.create({ model, name: 'Guide', instructions: 'Be brief.' });
    expect((await assistants.list({ limit: 1 })).data).toEqual([assistant]);
    const thread = await threads.create();
    await messages.create(thread.id, { role: 'user', content: 'Hello!' });
    const polled = await runs.createAndPoll(thread.id, { assistant_id: assistant.id });
    expect(polled).toMatchObject({ status: 'completed', model });

    await messages.create(thread.id, { role: 'user', content: 'Once more.' });
    const stream = runs.stream(thread.id, { assistant_id: assistant.id });
    const deltas: string[] = [];
    stream.on('textDelta', ({ value }) => deltas.push(value ?? ''));
    expect(await stream.finalRun()).toMatchObject({ status: 'completed' });
    expect(deltas.join('')).toBe('You said: Once more.');

    const texts = await Array.fromAsync(messages.list(thread.id, { order: 'asc', limit: 2 }), textOf);
    expect(texts).toEqual(['Hello!', 'You said: Hello!', 'Once more.', 'You said: Once more.']);

    const deleted = { id: thread.id, object: 'thread.deleted', deleted: true };
    expect(await threads.delete(thread.id)).toEqual(deleted);
    expect(await assistants.delete(assistant.id)).toMatchObject({ id: assistant.id, deleted: true });
  });

  it('answers the calls of a function, polled and streamed', async () => {
    upstream.script(CALL);
    const assistant = await assistants.create({ model, tools: [WEATHER] });
    const begin = {
      assistant_id: assistant.id,
      thread: { messages: [{ role: 'user' as const, content: 'Weather?' }] },
    };
    const waiting = await threads.createAndRunPoll(begin);
    expect(waiting.status).toBe('requires_action');
    const polled = await runs.submitToolOutputsAndPoll(waiting.id, outputsFor(waiting));
    expect(polled.status).toBe('completed');
    expect(await answerOf(polled)).toBe('The tool said: sunny');

    upstream.script(CALL);
    const streamed = await threads.createAndRunStream(begin).finalRun();
    expect(streamed.status).toBe('requires_action');
    const ended = await runs.submitToolOutputsStream(streamed.id, outputsFor(streamed)).finalRun();
    expect(ended.status).toBe('completed');
    expect(await answerOf(ended)).toBe('The tool said: sunny');
  });

  it('keeps files and lists models', async () => {
    const content = Buffer.from('a,b\n1,2\n');
    const file = await files.create({ file: await sdk.toFile(content, 'data.csv'), purpose: 'assistants' });
    expect(file).toMatchObject({ filename: 'data.csv', bytes: content.length, purpose: 'assistants' });
    const download = await files.content(file.id);
    expect(Buffer.from(await download.arrayBuffer()).equals(content)).toBe(true);
    expect(await files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });
    expect((await models.list()).data.map(({ id }) => id)).toContain(model);
  });

  it('keeps vector stores and searches them', async () => {
    const { id: vector_store_id } = await vectorStores.create({ name: 'Fruit' });
    const upload = await sdk.toFile(Buffer.from('Anna likes apples.'), 'fruit.txt');
    const file = await vectorStores.files.uploadAndPoll(vector_store_id, upload);
    expect(file).toMatchObject({ status: 'completed', vector_store_id });
    const batch = await vectorStores.fileBatches.createAndPoll(vector_store_id, { file_ids: [file.id] });
    expect(batch).toMatchObject({ status: 'completed', file_counts: { completed: 1, total: 1 } });
    const found = await vectorStores.search(vector_store_id, { query: 'What does Anna like?' });
    expect(found.data).toMatchObject([{ file_id: file.id, filename: 'fruit.txt' }]);
    expect(await vectorStores.delete(vector_store_id)).toMatchObject({ id: vector_store_id, deleted: true });
  });

  it('is refused with its own errors', async () => {
    const error = await assistants.retrieve('asst_none').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(sdk.errors.NotFoundError);
    expect(error).toMatchObject({ status: 404, error: { message: "No assistant found with id 'asst_none'." } });
    const wrong = sdk.createAzureClient({ endpoint, apiVersion, apiKey: 'sk-wrong-key-of-another' });
    await expect(wrong.beta.threads.create()).rejects.toBeInstanceOf(sdk.errors.AuthenticationError);
  });

  it('may send its key as a token, and to an endpoint with a slash at its end', async () => {
    const client = sdk.createAzureClient({
      endpoint: `${endpoint}/`,
      apiVersion,
      azureADTokenProvider: async () => apiKey,
    });
    expect((await client.beta.threads.create()).object).toBe('thread');
    const wrong = sdk.createAzureClient({ endpoint, apiVersion, azureADTokenProvider: async () => 'wrong' });
    await expect(wrong.beta.threads.create()).rejects.toBeInstanceOf(sdk.errors.AuthenticationError);
  });

  it('is not needed for the newer surface: any client takes its base URL', async () => {
    const client = sdk.createClient({ baseURL: `${endpoint}/openai/v1`, apiKey });
    const assistant = await client.beta.assistants.create({ model });
    expect(await assistants.retrieve(assistant.id)).toEqual(assistant);
  });

  function outputsFor(run: OpenAI.Beta.Threads.Run) {
    const calls = run.required_action?.submit_tool_outputs.tool_calls ?? [];
    return { thread_id: run.thread_id, tool_outputs: calls.map(({ id }) => ({ tool_call_id: id, output: 'sunny' })) };
  }

  async function answerOf(run: OpenAI.Beta.Threads.Run): Promise<string> {
    return textOf((await messages.list(run.thread_id, { run_id: run.id })).data[0]!);
  }
});

function textOf({ content: [part] }: OpenAI.Beta.Threads.Message): string {
  return part?.type === 'text' ? part.text.value : '';
}
