import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import {
  AgentsClient,
  type AgentEventMessageStream,
  isOutputOfType,
  type MessageDeltaChunk,
  type MessageDeltaTextContent,
  type MessageTextContent,
  type SubmitToolOutputsAction,
  type ThreadRun,
  ToolUtility,
} from '@azure/ai-agents';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../server/start-test-server.ts';
import { startTlsProxy } from './start-tls-proxy.ts';

const apiKey = 'sk-of-the-project';
const server = await startTestServer({ apiKeys: [apiKey] });
const { upstream, model } = server;
// The client sends no token over plain HTTP.
const proxy = await startTlsProxy(server.origin);
beforeEach(() => upstream.reset());
afterAll(async () => {
  await proxy.close();
  await server.close();
});

function connect(token: string): AgentsClient {
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return new AgentsClient(`${proxy.origin}/api/projects/my-project`, credential, {
    tlsOptions: { ca: proxy.certificate },
  });
}

const client = connect(apiKey);
const { threads, messages, runs, runSteps, files, vectorStores, vectorStoreFiles, vectorStoreFileBatches } = client;
const POLLING = { pollingOptions: { intervalInMs: 10 } };

const { definition: weather } = ToolUtility.createFunctionTool({
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
});
const EMPTY_ARCHIVE = `PK\x05\x06${'\0'.repeat(18)}`;
const CALL = { toolCalls: [{ id: 'call_1', name: 'weather', arguments: ['{"city":', '"Brno"}'] }] };

describe('AgentsClient of @azure/ai-agents', () => {
  it('runs an agent, polled and streamed', async () => {
    const agent = await client.createAgent(model, {
      name: 'Guide',
      instructions: 'Be brief.',
      temperature: 0.5,
      metadata: { team: 'a' },
    });
    expect(agent).toMatchObject({ object: 'assistant', name: 'Guide', temperature: 0.5, metadata: { team: 'a' } });
    expect((await client.updateAgent(agent.id, { name: 'Pilot' })).name).toBe('Pilot');
    expect((await client.getAgent(agent.id)).name).toBe('Pilot');
    expect((await Array.fromAsync(client.listAgents({ limit: 1 }))).map(({ id }) => id)).toEqual([agent.id]);

    const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello!' }] });
    const polled = await runs.createAndPoll(thread.id, agent.id, POLLING);
    expect(polled).toMatchObject({ status: 'completed', threadId: thread.id, assistantId: agent.id });
    expect((await Array.fromAsync(runSteps.list(thread.id, polled.id))).map(({ type }) => type)).toEqual([
      'message_creation',
    ]);

    await messages.create(thread.id, 'user', 'Once more.');
    const { text, run } = await follow(await runs.create(thread.id, agent.id).stream());
    expect(text).toBe('You said: Once more.');
    expect(run.status).toBe('completed');
    expect(await textsOf(thread.id)).toEqual(['Hello!', 'You said: Hello!', 'Once more.', 'You said: Once more.']);

    expect(await threads.delete(thread.id)).toMatchObject({ id: thread.id, deleted: true });
    expect(await client.deleteAgent(agent.id)).toMatchObject({ id: agent.id, deleted: true });
  });

  it('answers the calls of a function, polled and streamed', async () => {
    upstream.script(CALL);
    const agent = await client.createAgent(model, { tools: [weather] });
    const thread = { messages: [{ role: 'user' as const, content: 'Weather?' }] };
    let polled = await runs.createThreadAndRun(agent.id, { thread });
    while (polled.status === 'queued' || polled.status === 'in_progress') {
      polled = await runs.get(polled.threadId, polled.id);
    }
    expect(polled.status).toBe('requires_action');
    polled = await runs.submitToolOutputs(polled.threadId, polled.id, outputsFor(polled));
    while (polled.status !== 'completed') polled = await runs.get(polled.threadId, polled.id);
    expect(await textsOf(polled.threadId)).toEqual(['Weather?', 'The tool said: sunny']);

    upstream.script(CALL);
    const waiting = await follow(await runs.createThreadAndRun(agent.id, { thread }).stream());
    expect(waiting.run.status).toBe('requires_action');
    const { threadId, id } = waiting.run;
    const ended = await follow(await runs.submitToolOutputs(threadId, id, outputsFor(waiting.run)).stream());
    expect(ended.text).toBe('The tool said: sunny');
    expect(ended.run.status).toBe('completed');
  });

  it('keeps files', async () => {
    const content = Buffer.from('a,b\n1,2\n');
    const file = await files.upload(Readable.from([content]), 'assistants', { fileName: 'data.csv' });
    expect(file).toMatchObject({ filename: 'data.csv', bytes: content.length, purpose: 'assistants' });
    expect((await files.list()).data.map(({ id }) => id)).toEqual([file.id]);
    const download = await files.getContent(file.id).asNodeStream();
    expect(download.status).toBe('200');
    expect((await buffer(download.body!)).equals(content)).toBe(true);
    expect(await files.delete(file.id)).toMatchObject({ id: file.id, deleted: true });
    const polled = await files.uploadAndPoll(Readable.from([content]), 'assistants', {
      fileName: 'again.csv',
      ...POLLING,
    });
    expect(polled).toMatchObject({ filename: 'again.csv', status: 'processed' });
  });

  it('keeps vector stores, which agents search', async () => {
    const upload = async (fileName: string, text: string) =>
      (await files.upload(Readable.from([Buffer.from(text)]), 'assistants', { fileName })).id;
    const fruit = await upload('fruit.txt', 'Anna likes apples.');
    const store = await vectorStores.createAndPoll({ name: 'Fruit', fileIds: [fruit], ...POLLING });
    expect(store).toMatchObject({ name: 'Fruit', status: 'completed', fileCounts: { completed: 1, total: 1 } });
    const cars = await vectorStoreFiles.createAndPoll(store.id, {
      fileId: await upload('cars.txt', 'Bernd drives cars.'),
      ...POLLING,
    });
    expect(cars).toMatchObject({ status: 'completed', vectorStoreId: store.id });
    const batch = await vectorStoreFileBatches.createAndPoll(store.id, {
      fileIds: [fruit, await upload('archive.zip', EMPTY_ARCHIVE)],
      ...POLLING,
    });
    expect(batch).toMatchObject({ status: 'completed', fileCounts: { completed: 1, failed: 1, total: 2 } });
    const failed = await Array.fromAsync(vectorStoreFileBatches.list(store.id, batch.id, { filter: 'failed' }));
    expect(failed).toMatchObject([{ lastError: { code: 'unsupported_file' } }]);

    upstream.script(
      { toolCalls: [{ id: 'call_1', name: 'file_search', arguments: ['{"queries":["Anna"]}'] }] },
      { text: ['Apples', '【4:0†fruit.txt】', '.'] },
    );
    const { definition, resources } = ToolUtility.createFileSearchTool([store.id]);
    const agent = await client.createAgent(model, { tools: [definition], toolResources: resources });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'What does Anna like?' }] });
    expect((await runs.createAndPoll(thread.id, agent.id, POLLING)).status).toBe('completed');
    const [answer] = await Array.fromAsync(messages.list(thread.id, { limit: 1 }));
    expect(answer!.content).toMatchObject([
      { text: { annotations: [{ type: 'file_citation', fileCitation: { fileId: fruit } }] } },
    ]);

    expect(await vectorStoreFiles.delete(store.id, fruit)).toMatchObject({ id: fruit, deleted: true });
    expect(await vectorStores.update(store.id, { name: 'Cars' })).toMatchObject({ name: 'Cars' });
    expect((await Array.fromAsync(vectorStores.list())).map(({ id }) => id)).toEqual([store.id]);
    expect(await vectorStores.delete(store.id)).toMatchObject({ id: store.id, deleted: true });
  });

  it('cancels runs', async () => {
    upstream.script({ hang: true });
    const agent = await client.createAgent(model);
    const run = await runs.createThreadAndRun(agent.id, {
      thread: { messages: [{ role: 'user', content: 'Hello!' }] },
    });
    expect((await runs.cancel(run.threadId, run.id)).status).toMatch(/^cancell/);
  });

  it('is refused with its own errors', async () => {
    await expect(client.getAgent('asst_none')).rejects.toMatchObject({
      name: 'RestError',
      statusCode: 404,
      details: { error: { message: "No assistant found with id 'asst_none'.", type: 'invalid_request_error' } },
    });
    await expect(connect('wrong').threads.create()).rejects.toMatchObject({ name: 'RestError', statusCode: 401 });
  });

  it('is told what is not there', async () => {
    const bing = ToolUtility.createBingGroundingTool([{ connectionId: 'bing' }]);
    await expect(client.createAgent(model, { tools: [bing.definition] })).rejects.toMatchObject({
      statusCode: 400,
      details: { error: { code: 'invalid_value', param: 'tools[0].type' } },
    });
    await expect(threads.list().next()).rejects.toMatchObject({ statusCode: 405 });
  });
});

async function textsOf(threadId: string): Promise<string[]> {
  const list = await Array.fromAsync(messages.list(threadId, { order: 'asc' }));
  return list.flatMap(({ content }) =>
    content.map((part) => (isOutputOfType<MessageTextContent>(part, 'text') ? part.text.value : '')),
  );
}

function outputsFor({ requiredAction }: ThreadRun): { toolCallId: string; output: string }[] {
  const { submitToolOutputs } = requiredAction as SubmitToolOutputsAction;
  return submitToolOutputs.toolCalls.map(({ id }) => ({ toolCallId: id, output: 'sunny' }));
}

/** What a stream said, and the run as it was told last. */
async function follow(stream: AgentEventMessageStream): Promise<{ text: string; run: ThreadRun }> {
  let text = '';
  let run: ThreadRun | undefined;
  for await (const { event, data } of stream) {
    if (/^thread\.run\.[a-z_]+$/.test(event)) run = data as ThreadRun;
    if (event !== 'thread.message.delta') continue;
    for (const part of (data as MessageDeltaChunk).delta.content) {
      text += (part as MessageDeltaTextContent).text?.value ?? '';
    }
  }
  return { text, run: run! };
}
