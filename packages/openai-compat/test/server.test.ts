import { Cogitator, tool } from '@cogitator-ai/core';
import { createRetrieval } from '@cogitator-ai/openai-retrieval';
import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import OpenAI, { toFile } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  createOpenAIServer,
  OpenAIAdapter,
  OpenAIServer,
  type OpenAIServerConfig,
  ThreadManager,
} from '../src/index.ts';

let upstream: Upstream;
let cogitator: Cogitator;
const servers: OpenAIServer[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  cogitator = new Cogitator({
    defaultModel: 'openai/test-model',
    llm: { providers: { openai: { baseUrl: upstream.url } } },
  });
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  upstream.reset();
});
afterAll(async () => {
  await cogitator.close();
  await upstream.close();
});

async function start(config: OpenAIServerConfig = {}): Promise<{ server: OpenAIServer; openai: OpenAI }> {
  const server = createOpenAIServer(cogitator, { port: 0, host: '127.0.0.1', ...config });
  servers.push(server);
  await server.start();
  return { server, openai: new OpenAI({ baseURL: server.getBaseUrl(), apiKey: 'any', maxRetries: 0 }) };
}

/** Has an assistant with these tools answer, and tells what came of it. */
async function ask(openai: OpenAI, tools: OpenAI.Beta.AssistantTool[]) {
  const assistant = await openai.beta.assistants.create({ model: 'default', tools });
  const run = await openai.beta.threads.createAndRunPoll(
    { assistant_id: assistant.id, thread: { messages: [{ role: 'user', content: 'Go' }] } },
    { pollIntervalMs: 10 },
  );
  const { data: messages } = await openai.beta.threads.messages.list(run.thread_id);
  const [part] = messages[0]!.content;
  const { data: steps } = await openai.beta.threads.runs.steps.list(run.id, { thread_id: run.thread_id, order: 'asc' });
  return { run, text: part?.type === 'text' ? part.text.value : '', steps };
}

describe('a server', () => {
  it('may be started twice, stopped twice, and started again with what it has kept', async () => {
    const { server, openai } = await start();
    await Promise.all([server.start(), server.start()]);
    expect(server.getUrl()).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect([server.isRunning(), server.getBaseUrl()]).toEqual([true, `${server.getUrl()}/v1`]);
    const { id } = await openai.beta.assistants.create({ model: 'default' });
    await Promise.all([server.stop(), server.stop()]);
    expect(server.isRunning()).toBe(false);
    await expect(openai.beta.assistants.retrieve(id)).rejects.toThrow('Connection error.');
    await server.start();
    const again = new OpenAI({ baseURL: server.getBaseUrl(), apiKey: 'any' });
    expect((await again.beta.assistants.retrieve(id)).id).toBe(id);
    expect((await ask(again, [])).text).toBe('You said: Go');
  });

  it('searches files when it is given what does so, and says that they cannot be searched else', async () => {
    const retrieval = createRetrieval();
    const [{ openai }, { openai: without }] = [await start({ retrieval }), await start()];
    const file = await toFile(Buffer.from('The sky is blue.'), 'notes.txt');
    const [{ id }, other] = [await openai.vectorStores.create({}), await without.vectorStores.create({})];
    expect(await openai.vectorStores.files.uploadAndPoll(id, file)).toMatchObject({ status: 'completed' });
    expect((await openai.vectorStores.search(id, { query: 'sky' })).data).toMatchObject([{ filename: 'notes.txt' }]);
    expect(await without.vectorStores.files.uploadAndPoll(other.id, file)).toMatchObject({
      status: 'failed',
      last_error: { code: 'unsupported_file' },
    });
    await retrieval.close();
  });

  it('tells why it cannot listen, and may try again', async () => {
    const { server: first } = await start();
    const port = Number(new URL(first.getUrl()).port);
    const second = createOpenAIServer(cogitator, { port, host: '127.0.0.1' });
    servers.push(second);
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(second.isRunning()).toBe(false);
    await first.stop();
    await second.start();
    expect(second.isRunning()).toBe(true);
  });

  it('is stopped by a stop in the moment of its start, and started by a start in the moment of its stop', async () => {
    const server = createOpenAIServer(cogitator, { port: 0, host: '127.0.0.1' });
    servers.push(server);
    await Promise.all([server.start(), server.stop()]);
    expect(server.isRunning()).toBe(false);
    await Promise.all([server.start(), server.stop(), server.start()]);
    expect(server.isRunning()).toBe(true);
    await Promise.all([server.stop(), server.start(), server.stop()]);
    expect(server.isRunning()).toBe(false);
  });

  it.each([
    ['was never started', () => Promise.resolve()],
    ['could not start', (server: OpenAIServer) => server.start().catch(() => {})],
    ['was stopped before', (server: OpenAIServer) => server.stop()],
  ])('that %s ends what its adapter does', async (_, prepare) => {
    const { server: other } = await start();
    const server = createOpenAIServer(cogitator, { port: Number(new URL(other.getUrl()).port), host: '127.0.0.1' });
    servers.push(server);
    await prepare(server);
    const adapter = server.getAdapter();
    const { id } = await adapter.createAssistant({ model: 'default' });
    const thread = await adapter.createThread();
    await adapter.addMessage(thread.id, { role: 'user', content: 'Go' });
    upstream.script({ hang: true });
    await adapter.createRun(thread.id, { assistant_id: id });
    await expect.poll(() => upstream.requests.length).toBe(1);
    await server.stop();
    await upstream.requests[0]!.closed;
    expect(upstream.requests[0]!.aborted).toBe(true);
    expect(server.getAdapter()).not.toBe(adapter);
    const closed = new Error('The adapter is closed.');
    await expect(adapter.createRun(thread.id, { assistant_id: id })).rejects.toThrow(closed);
    await expect(adapter.submitToolOutputs(thread.id, 'run_1', { tool_outputs: [] })).rejects.toThrow(closed);
    expect((await adapter.listMessages(thread.id)).length).toBe(1);
  });

  it('refuses what it could not serve when it is made', () => {
    expect(() => createOpenAIServer({} as Cogitator)).toThrow('Not a runtime');
    const now = { name: 'now', parameters: z.object({ at: z.date() }), execute: () => '' };
    expect(() => createOpenAIServer(cogitator, { tools: [now] })).toThrow('JSON Schema');
  });

  const add = { name: 'add', parameters: z.object({}), execute: () => '' };

  it.each([
    [{ port: 'abc' }, "port must be a port number, 0 to 65535; got 'abc'."],
    [{ port: null }, 'port must be a port number, 0 to 65535; got null.'],
    [{ retrieval: {} }, 'retrieval must be a retrieval, createRetrieval(); got {}.'],
    [{ host: 5 }, 'host must be an address or host name of this machine; got 5.'],
    [{ apiKeys: 'sk-secret' }, 'apiKeys must be an array of keys.'],
    [{ apiKeys: [undefined] }, 'apiKeys[0] must be a key, a text that is not empty; got undefined.'],
    [{ logging: 'yes' }, "logging must be true or false; got 'yes'."],
    [{ cors: { methods: 'GET' } }, "cors.methods must be an array of methods, such as ['GET', 'POST']; got 'GET'."],
    [
      { storage: 'redis://:secret@x' },
      "storage must be an object, such as createThreadStorage({ type: 'redis', url }) makes.",
    ],
    [{ storage: null }, "storage must be an object, such as createThreadStorage({ type: 'redis', url }) makes."],
    [{ storage: Promise.resolve({}) }, 'storage must be a storage; got a promise of one: await it.'],
    [{ threadManager: {} }, 'threadManager must be a ThreadManager; got {}.'],
    [{ tools: {} }, 'tools must be an array of tools, [tool({ … })]; got {}.'],
    [{ tools: [{ ...add, name: 'two words' }] }, "tools[0].name must be 1 to 64 of a-z A-Z 0-9 _ -; got 'two words'."],
    [
      { tools: [{ ...add, parameters: { type: 'object' } }] },
      'tools[0].parameters must be a zod schema, z.object({ … }); got [Object].',
    ],
    [{ tools: [{ ...add, execute: undefined }] }, 'tools[0].execute must be a function; got undefined.'],
    [{ tools: [add, { ...add }] }, "tools[1].name must be another name than those before; got 'add'."],
  ])('refuses an option that is wrong, by its name: %o', (config, message) => {
    expect(() => createOpenAIServer(cogitator, config as never)).toThrow(new TypeError(message));
  });

  it('has an adapter that refuses the same options', () => {
    expect(() => new OpenAIAdapter(cogitator, { tools: [add, add] })).toThrow('tools[1].name must be another name');
    expect(() => new OpenAIAdapter(cogitator, { logger: console.log } as never)).toThrow(
      'logger must be an object with',
    );
    expect(() => new OpenAIAdapter(cogitator, 'redis' as never)).toThrow("The options must be an object; got 'redis'.");
  });

  it('says where it will be before it is, by a name that can be connected to', () => {
    expect(new OpenAIServer(cogitator).getUrl()).toBe('http://localhost:8080');
    expect(new OpenAIServer(cogitator, { host: '::1', port: 1 }).getBaseUrl()).toBe('http://[::1]:1/v1');
  });

  it('is left by nobody in the middle of an answer', async () => {
    const { server, openai } = await start();
    const { id } = await openai.beta.assistants.create({ model: 'default' });
    const proceed = Promise.withResolvers<void>();
    upstream.script({ text: ['one ', 'two'], pause: { after: 2, until: proceed.promise } });
    const stream = await openai.beta.threads.createAndRun({
      assistant_id: id,
      thread: { messages: [{ role: 'user', content: 'Go' }] },
      stream: true,
    });
    const names: string[] = [];
    let stopping: Promise<void> | undefined;
    for await (const { event } of stream) {
      names.push(event);
      if (event === 'thread.message.delta' && !stopping) {
        stopping = server.stop();
        proceed.resolve();
      }
    }
    await stopping;
    expect(names.at(-1)).toBe('thread.run.completed');
  });

  it('has one adapter for its own threads, and shares a manager it is given', async () => {
    const threadManager = new ThreadManager();
    const { server, openai } = await start({ threadManager });
    const adapter = server.getAdapter();
    expect(adapter.getThreadManager()).toBe(threadManager);
    const thread = await adapter.createThread({ from: 'inside' });
    expect((await openai.beta.threads.retrieve(thread.id)).metadata).toEqual({ from: 'inside' });
    const { run } = await ask(openai, []);
    expect(adapter.getRun(run.thread_id, run.id).status).toBe('completed');
    expect((await threadManager.getMessagesForLLM(run.thread_id)).map(({ content }) => content)).toEqual([
      'Go',
      'You said: Go',
    ]);
  });

  it('has an adapter that tells what is not there from what is wrong', async () => {
    const adapter = createOpenAIServer(cogitator).getAdapter();
    const { id } = await adapter.createAssistant({ model: 'default' });
    const missing = { tool_resources: { file_search: { vector_store_ids: ['vs_1'] } } };
    await expect(adapter.updateAssistant(id, missing)).rejects.toMatchObject({ status: 404 });
    expect(await adapter.updateAssistant('asst_1', missing)).toBeUndefined();
    expect(await adapter.getRun('thread_1', 'run_1')).toBeUndefined();
    expect(adapter.getRun('thread_1', 'run_1').status).toBeUndefined();
    await expect(adapter.cancelRun('thread_1', 'run_1')).rejects.toMatchObject({ status: 404 });
    await adapter.close();
  });

  it('logs requests and failures to the console when it is told to', async () => {
    const lines: string[] = [];
    const note = (line: unknown) => lines.push(String(line)) > 0;
    const spies = [
      vi.spyOn(process.stdout, 'write').mockImplementation(note),
      vi.spyOn(process.stderr, 'write').mockImplementation(note),
    ];
    const { openai } = await start({ logging: true });
    await openai.models.list();
    upstream.script({ error: { status: 400 } });
    await ask(openai, []).catch(() => {});
    for (const spy of spies) spy.mockRestore();
    expect(lines.join('')).toMatch(/Answered\. .*method=GET path=\/v1\/models status=200/);
    expect(lines.join('')).toMatch(/run/i);
  });

  it('asks for a key where there are some', async () => {
    const { openai } = await start({ apiKeys: ['sk-1', 'sk-2'] });
    await expect(openai.models.list()).rejects.toMatchObject({ status: 401 });
    expect((await openai.withOptions({ apiKey: 'sk-2' }).models.list()).data.length).toBeGreaterThan(0);
  });
});

describe('tools of a server', () => {
  const seen: unknown[] = [];
  const runCode = tool({
    name: 'run_code',
    description: 'Execute Python code',
    parameters: z.object({ code: z.string().describe('Python code to execute') }),
    execute: async ({ code }, { agentId, runId, threadId, signal }) => {
      seen.push({ agentId, runId, threadId, isStopped: signal.aborted });
      if (code === 'fail') throw new Error('no Python here');
      return Promise.resolve(`Output: ${code.length} characters`);
    },
  });
  const named: OpenAI.Beta.AssistantTool[] = [{ type: 'function', function: { name: 'run_code' } }];
  const call = (code: unknown) => ({ toolCalls: [{ name: 'run_code', arguments: [JSON.stringify({ code })] }] });

  it('run in it when the assistant only names them', async () => {
    upstream.script(call('print(1)'));
    const { openai } = await start({ tools: [runCode] });
    const { run, text, steps } = await ask(openai, named);
    expect([run.status, text]).toEqual(['completed', 'The tool said: Output: 8 characters']);
    expect(steps[0]).toMatchObject({
      type: 'tool_calls',
      step_details: { tool_calls: [{ function: { name: 'run_code', output: 'Output: 8 characters' } }] },
    });
    expect(seen).toEqual([{ agentId: run.assistant_id, runId: run.id, threadId: run.thread_id, isStopped: false }]);
    expect(upstream.requests[0]!.body['tools']).toEqual([
      {
        type: 'function',
        function: {
          name: 'run_code',
          description: 'Execute Python code',
          parameters: {
            type: 'object',
            properties: { code: { type: 'string', description: 'Python code to execute' } },
            required: ['code'],
          },
        },
      },
    ]);
  });

  it.each([
    ['fail', "Error: the tool 'run_code' failed: no Python here"],
    [
      42,
      "Error: the tool 'run_code' failed: the arguments are wrong: code: Invalid input: expected string, received number",
    ],
  ])('tell the model what went wrong: %j', async (code, message) => {
    upstream.script(call(code));
    const { openai } = await start({ tools: [runCode] });
    const { run, text } = await ask(openai, named);
    expect([run.status, text]).toEqual(['completed', `The tool said: ${message}`]);
  });

  it('are the client’s where the server has none of that name', async () => {
    upstream.script(call('print(1)'));
    const { openai } = await start();
    const assistant = await openai.beta.assistants.create({ model: 'default', tools: named });
    const run = await openai.beta.threads.createAndRunPoll(
      { assistant_id: assistant.id, thread: { messages: [{ role: 'user', content: 'Go' }] } },
      { pollIntervalMs: 10 },
    );
    expect(run.status).toBe('requires_action');
  });
});
