import { Cogitator } from '@cogitator-ai/core';
import { type Reply, startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type CogitatorLike,
  createOpenAIAdapter,
  type OpenAIAdapter,
  type Run,
  type ToolDefinition,
} from '../src/index.ts';

const adapters: OpenAIAdapter[] = [];
afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.close();
});

function adapterOf(cogitator: CogitatorLike, tools: ToolDefinition[] = []): OpenAIAdapter {
  const adapter = createOpenAIAdapter(cogitator, { tools });
  adapters.push(adapter);
  return adapter;
}

interface Turn {
  readonly run: Run;
  /** What was said last. */
  readonly text: string;
}

/** Has an assistant answer one message after the other on one thread; what came of the last one. */
async function converse(
  adapter: OpenAIAdapter,
  messages: string[],
  request: Parameters<OpenAIAdapter['createAssistant']>[0] = { model: 'openai/gpt-4o' },
): Promise<Turn> {
  const assistant = await adapter.createAssistant(request);
  const thread = await adapter.createThread();
  let run: Run | undefined;
  for (const content of messages) {
    await adapter.addMessage(thread.id, { role: 'user', content });
    run = await adapter.createRun(thread.id, { assistant_id: assistant.id });
    while (['queued', 'in_progress'].includes(run.status)) {
      await sleep(5);
      run = (await adapter.getRun(thread.id, run.id))!;
    }
  }
  const [message] = await adapter.listMessages(thread.id, { limit: 1 });
  const [part] = message!.content;
  return { run: run!, text: part?.type === 'text' ? part.text.value : '' };
}

const echo: ToolDefinition<{ text: string }> = {
  name: 'echo',
  description: 'Says it again',
  parameters: z.object({ text: z.string() }),
  execute: ({ text }) => `${text}, ${text}`,
};
const ECHO = { model: 'openai/gpt-4o', tools: [{ type: 'function' as const, function: { name: 'echo' } }] };

describe('a Cogitator of ours', () => {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  afterAll(() => upstream.close());

  it('answers with the whole conversation before it, and calls tools', async () => {
    const cogitator = new Cogitator({ llm: { providers: { openai: { baseUrl: upstream.url } } } });
    const { text } = await converse(adapterOf(cogitator), ['my name is Alex', 'What is my name?']);
    expect(text).toBe('Your name is Alex.');
    upstream.script({ toolCalls: [{ name: 'echo', arguments: ['{"text":"hi"}'] }] } satisfies Reply);
    expect((await converse(adapterOf(cogitator, [echo]), ['Go'], ECHO)).text).toBe('The tool said: hi, hi');
    expect((await converse(adapterOf(cogitator.models), ['my name is Eve', 'What is my name?'])).text).toContain('Eve');
    await cogitator.close();
  });
});

/** What a backend is asked, and what it answers. */
type Request = { model: string; messages: { role: string; content: string }[]; [key: string]: unknown };
interface Chunk {
  id: string;
  delta: {
    content?: string | undefined;
    toolCalls?: { id: string; name: string; arguments: Record<string, unknown> }[];
  };
  finishReason?: 'stop' | 'tool_calls' | 'length' | 'error';
  usage?: { inputTokens: number; outputTokens: number; totalTokens: number };
}

/** A runtime with backends as they are elsewhere: no signal, usage after the reason, no calls of an assistant. */
class BackendRuntime {
  readonly requests: Request[] = [];
  readonly models: string[] = [];
  readonly #answer: (request: Request) => AsyncGenerator<Chunk>;

  constructor(answer: (request: Request) => AsyncGenerator<Chunk>) {
    this.#answer = answer;
  }

  getLLMBackend(model: string) {
    this.models.push(model);
    const note = (request: Request): AsyncGenerator<Chunk> => this.#note(request);
    return {
      provider: 'openai',
      chat: () => Promise.reject(new Error('It was not to be asked so.')),
      chatStream(request: Request) {
        return note(request);
      },
    };
  }

  #note(request: Request): AsyncGenerator<Chunk> {
    this.requests.push(request);
    return this.#answer(request);
  }

  run(): Promise<never> {
    throw new Error('It was not to be run.');
  }
}

const USAGE = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };

describe('a runtime with backends', () => {
  it('is asked for the model without its provider, with the whole conversation', async () => {
    const runtime = new BackendRuntime(async function* ({ messages }) {
      await sleep(1);
      yield { id: '1', delta: { content: 'You said ' } };
      yield { id: '1', delta: { content: messages.at(-1)!.content } };
      yield { id: '1', delta: {}, finishReason: 'stop' };
      yield { id: '1', delta: {}, usage: USAGE };
    });
    const { run, text } = await converse(adapterOf(runtime), ['one', 'two'], {
      model: 'openai/gpt-4o',
      instructions: 'Be brief.',
      temperature: 0.2,
    });
    expect([run.status, text]).toEqual(['completed', 'You said two']);
    expect(run.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
    expect(runtime.models).toEqual(['openai/gpt-4o', 'openai/gpt-4o']);
    const { signal, ...request } = runtime.requests[1]!;
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(request).toEqual({
      model: 'gpt-4o',
      stream: true,
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'You said one' },
        { role: 'user', content: 'two' },
      ],
    });
    expect(request).not.toHaveProperty('tools');
  });

  it('calls tools, and is told of results in a way that no backend loses', async () => {
    const runtime = new BackendRuntime(async function* ({ messages }) {
      await sleep(1);
      const isTold = messages.some(({ content }) => content.includes('Result of'));
      if (isTold) yield { id: '1', delta: { content: messages.at(-1)!.content }, finishReason: 'stop' };
      // Some say `stop` all the same.
      else
        yield {
          id: '1',
          delta: { toolCalls: [{ id: '', name: 'echo', arguments: { text: 'hi' } }] },
          finishReason: 'stop',
        };
    });
    const { run, text } = await converse(adapterOf(runtime, [echo]), ['Go'], ECHO);
    expect([run.status, text]).toEqual(['completed', 'Result of echo({"text":"hi"}):\nhi, hi']);
    expect(runtime.requests[0]!['tools']).toEqual([
      {
        name: 'echo',
        description: 'Says it again',
        parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
    ]);
    expect(runtime.requests[1]!.messages.map(({ role }) => role)).toEqual(['user', 'user']);
  });

  it('may deliver calls again that it has delivered, and say nothing of its usage', async () => {
    const call = (id: string, text: string) => ({ id, name: 'echo', arguments: { text } });
    const runtime = new BackendRuntime(async function* ({ messages }) {
      await sleep(1);
      if (messages.length > 1) {
        yield { id: '1', delta: { content: 'Done' }, finishReason: 'stop', usage: {} as typeof USAGE };
        return;
      }
      yield { id: '1', delta: { toolCalls: [call('a', 'one')] }, usage: USAGE };
      yield { id: '1', delta: { toolCalls: [call('a', 'one'), call('b', 'two')] } };
      yield { id: '1', delta: { toolCalls: [call('', 'three')] } };
      yield { id: '1', delta: { toolCalls: [call('', 'three')] }, finishReason: 'tool_calls' };
    });
    const texts: string[] = [];
    const noting = { ...echo, execute: ({ text }: { text: string }) => texts.push(text) };
    const { run } = await converse(adapterOf(runtime, [noting]), ['Go'], ECHO);
    expect([run.status, texts]).toEqual(['completed', ['one', 'two', 'three', 'three']]);
    expect(run.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
  });

  it('waits for functions of the client', async () => {
    const runtime = new BackendRuntime(async function* ({ messages }) {
      await sleep(1);
      if (messages.length > 1) yield { id: '1', delta: { content: messages.at(-1)!.content } };
      else
        yield { id: '1', delta: { toolCalls: [{ id: 'c', name: 'ask', arguments: {} }] }, finishReason: 'tool_calls' };
    });
    const adapter = adapterOf(runtime);
    const tools = [{ type: 'function' as const, function: { name: 'ask' } }];
    const { run } = await converse(adapter, ['Go'], { model: 'openai/gpt-4o', tools });
    expect(run.status).toBe('requires_action');
    const [call] = run.required_action!.submit_tool_outputs.tool_calls;
    await adapter.submitToolOutputs(run.thread_id, run.id, {
      tool_outputs: [{ tool_call_id: call!.id, output: '42' }],
    });
    await expect.poll(() => adapter.getRun(run.thread_id, run.id).status).toBe('completed');
    const messages = await adapter.listMessages(run.thread_id);
    expect(messages[0]!.content).toMatchObject([{ text: { value: 'Result of ask({}):\n42' } }]);
  });

  it.each([
    ['length', 'incomplete', 'max_completion_tokens'],
    ['error', 'incomplete', 'content_filter'],
  ] as const)('that ends with %s is not complete', async (finishReason, status, reason) => {
    const runtime = new BackendRuntime(async function* () {
      await sleep(1);
      yield { id: '1', delta: { content: 'a' }, finishReason };
    });
    const { run } = await converse(adapterOf(runtime), ['Go']);
    expect([run.status, run.incomplete_details?.reason]).toEqual([status, reason]);
  });

  it('that throws fails the run in its words', async () => {
    // eslint-disable-next-line require-yield
    const runtime = new BackendRuntime(async function* () {
      await sleep(1);
      throw new Error('No such model.');
    });
    const { run } = await converse(adapterOf(runtime), ['Go']);
    expect([run.status, run.last_error]).toEqual(['failed', { code: 'server_error', message: 'No such model.' }]);
  });

  it('that never answers lets its run be cancelled', async () => {
    const runtime = new BackendRuntime(async function* () {
      await new Promise(() => {});
      yield { id: '1', delta: {} };
    });
    const adapter = adapterOf(runtime);
    const assistant = await adapter.createAssistant({ model: 'openai/gpt-4o' });
    const thread = await adapter.createThread();
    await adapter.addMessage(thread.id, { role: 'user', content: 'Hi' });
    const { id } = await adapter.createRun(thread.id, { assistant_id: assistant.id });
    await expect.poll(() => adapter.getRun(thread.id, id).status).toBe('in_progress');
    expect(adapter.cancelRun(thread.id, id).status).toBe('cancelling');
    await expect.poll(() => adapter.getRun(thread.id, id).status).toBe('cancelled');
  });

  it('may have backends that cannot stream', async () => {
    const runtime = {
      getLLMBackend: () => ({
        chat({ model }: { model: string }) {
          return Promise.resolve({ content: `From ${model}`, finishReason: 'stop' as const, usage: USAGE });
        },
      }),
    };
    expect((await converse(adapterOf(runtime), ['Go'])).text).toBe('From gpt-4o');
  });
});

interface RunCall {
  agent: Record<string, unknown>;
  options: { input: string; onToken?: (token: string) => void };
}

/** A runtime that can only run agents. */
function runRuntime(run: (options: RunCall['options']) => Promise<{ output: string; usage?: typeof USAGE }>) {
  const calls: RunCall[] = [];
  return {
    calls,
    run(agent: RunCall['agent'], options: RunCall['options']) {
      calls.push({ agent, options });
      return run(options);
    },
  };
}

describe('a runtime that only runs agents', () => {
  it('is given the conversation as one text, and its tokens are streamed', async () => {
    const runtime = runRuntime(async ({ onToken }) => {
      for (const token of ['Hel', 'lo']) {
        await sleep(1);
        onToken?.(token);
      }
      return { output: 'Hello', usage: USAGE };
    });
    const adapter = adapterOf(runtime);
    const { run, text } = await converse(adapter, ['one', 'two'], {
      model: 'ollama/llama3.2',
      instructions: 'Be brief.',
    });
    expect([run.status, text, run.usage?.total_tokens]).toEqual(['completed', 'Hello', 10]);
    expect(runtime.calls.map(({ options }) => options.input)).toEqual([
      'one',
      'User: one\n\nAssistant: Hello\n\nUser: two',
    ]);
    expect(runtime.calls[0]!.agent).toMatchObject({
      name: 'assistant',
      model: 'ollama/llama3.2',
      instructions: 'Be brief.',
      tools: [],
      config: { model: 'ollama/llama3.2', instructions: 'Be brief.' },
    });
  });

  it('may tell nothing before its end, and may fail', async () => {
    const silent = runRuntime(() => Promise.resolve({ output: 'All at once' }));
    expect((await converse(adapterOf(silent), ['Go'])).text).toBe('All at once');
    const broken = runRuntime(() => Promise.reject(new Error('Out of memory.')));
    const { run } = await converse(adapterOf(broken), ['Go']);
    expect(run.last_error).toEqual({ code: 'server_error', message: 'Out of memory.' });
  });

  it('may tell more after its end, to nobody', async () => {
    const late = Promise.withResolvers<void>();
    const talkative = runRuntime(({ onToken }) => {
      onToken?.('Hello');
      setTimeout(() => {
        late.resolve(onToken?.(' again'));
      }, 20);
      return Promise.resolve({ output: 'Hello' });
    });
    expect((await converse(adapterOf(talkative), ['Go'])).text).toBe('Hello');
    await late.promise;
    const broken = runRuntime(async ({ onToken }) => {
      await Promise.reject(new Error('Out of memory.')).finally(() => setTimeout(() => onToken?.('Sorry'), 5));
      return { output: '' };
    });
    expect((await converse(adapterOf(broken), ['Go'])).run.last_error?.message).toBe('Out of memory.');
    await sleep(10);
  });

  it.each([undefined, null, {}, { output: 42 }, 'Hello'])('has no answer in %j', async (result) => {
    const { run } = await converse(adapterOf(runRuntime(() => Promise.resolve(result as never))), ['Go']);
    expect(run.last_error?.message).toContain('an output that is a text');
  });

  it.each([{}, null, { inputTokens: 7 }, { inputTokens: NaN, outputTokens: 1 }])(
    'says nothing by %j',
    async (usage) => {
      const runtime = runRuntime(() => Promise.resolve({ output: 'Hello', usage: usage as typeof USAGE }));
      const { run } = await converse(adapterOf(runtime), ['Go']);
      expect(run.status).toBe('completed');
      expect(run.usage).toMatchObject({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    },
  );

  it('fails runs with functions, and says why', async () => {
    const runtime = runRuntime(() => Promise.resolve({ output: '' }));
    const { run } = await converse(adapterOf(runtime, [echo]), ['Go'], ECHO);
    expect(run.last_error?.message).toContain('offers no functions');
    expect(runtime.calls).toEqual([]);
  });
});

it.each([null, {}, { models: {} }, 'openai/gpt-4o'])('%j is no runtime', (value) => {
  expect(() => createOpenAIAdapter(value as CogitatorLike)).toThrow('Not a runtime');
});
