import { startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type ChatStreamChunk, Cogitator, ModelConfigError, tool } from '../src/index.ts';

let upstream: Upstream;
let cogitator: Cogitator;

beforeAll(async () => {
  upstream = await startUpstream();
});
beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-environment');
  vi.stubEnv('OPENAI_BASE_URL', upstream.url);
  cogitator = new Cogitator({ defaultModel: 'openai/gpt-4o-mini' });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  upstream.reset();
  await cogitator.close();
});
afterAll(() => upstream.close());

const calls: unknown[] = [];
const calculator = tool({
  name: 'calculator',
  description: 'Perform calculations',
  parameters: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: async ({ a, b }, { signal }) => {
    calls.push({ a, b, isLimited: signal instanceof AbortSignal });
    return Promise.resolve({ sum: a + b });
  },
});

/** A call of the calculator, and then what the upstream says of the result. */
const callOf = (text: string) => ({ toolCalls: [{ id: 'call_1', name: 'calculator', arguments: [text] }] });

describe('a tool', () => {
  it('can be told to a model', () => {
    expect(JSON.parse(JSON.stringify(calculator))).toEqual({
      name: 'calculator',
      description: 'Perform calculations',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
        required: ['a'],
      },
    });
  });

  it.each([
    ['a name', { name: 'two words' }, "The name of a tool must be 1 to 64 of a-z A-Z 0-9 _ -; got 'two words'."],
    [
      'parameters',
      { parameters: { type: 'object' } },
      "`parameters` of the tool 'ab' must be a zod schema, z.object({ … }).",
    ],
    ['an object', { parameters: z.string() }, "`parameters` of the tool 'ab' must be a zod schema, z.object({ … })."],
    ['a function', { execute: 'go' }, "`execute` of the tool 'ab' must be a function."],
  ])('is refused without %s', (_, wrong, message) => {
    const definition = { name: 'ab', description: '', parameters: z.object({}), execute: () => '' };
    expect(() => tool({ ...definition, ...wrong } as never)).toThrow(new TypeError(message));
  });
});

describe('the models', () => {
  it('are those of the environment, with the default one where none is named', async () => {
    await cogitator.getLLMBackend().chat({ messages: [{ role: 'user', content: 'Hi' }] });
    await cogitator.run({}, { input: 'Hi' });
    for (const { headers, body } of upstream.requests) {
      expect([headers.authorization, body.model]).toEqual(['Bearer sk-environment', 'gpt-4o-mini']);
    }
    expect(upstream.requests).toHaveLength(2);
  });

  it('may be configured by `llm`', async () => {
    vi.unstubAllEnvs();
    const own = new Cogitator({
      llm: {
        defaultProvider: 'groq',
        defaultModel: 'llama-3.3-70b',
        providers: { groq: { apiKey: 'gsk', baseUrl: upstream.url }, lab: { baseUrl: upstream.url } },
      },
    });
    await own.getLLMBackend().chat({ messages: [{ role: 'user', content: 'Hi' }] });
    await own.getLLMBackend('lab/small').chat({ model: 'large', messages: [{ role: 'user', content: 'Hi' }] });
    await own.close();
    expect(upstream.requests.map(({ headers, body }) => [headers.authorization, body.model])).toEqual([
      ['Bearer gsk', 'llama-3.3-70b'],
      [undefined, 'large'],
    ]);
  });

  it('without a key are asked all the same, and say what is missing', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    const error = { message: "You didn't provide an API key.", type: 'invalid_request_error' };
    upstream.script({ error: { status: 401, body: { error } } });
    const own = new Cogitator({ defaultModel: 'openai/gpt-4o' });
    await expect(own.run({}, { input: 'Hi' })).rejects.toThrow('openai asks for an API key, and none is configured');
    await own.close();
  });

  it('that are configured wrongly are refused at once', () => {
    const providers = { openai: { baseUrl: 'nowhere' } };
    expect(() => new Cogitator({ llm: { providers } })).toThrow(ModelConfigError);
  });

  it.each([
    [{ defaultModel: 5 }, 'defaultModel must be the name of a model, such as openai/gpt-4o; got 5.'],
    [{ llm: { providers: { openai: 'sk' } } }, 'llm.providers.openai must be an object with apiKey and baseUrl.'],
    [
      'openai/gpt-4o',
      "The configuration must be an object, such as { defaultModel: 'openai/gpt-4o' }; got 'openai/gpt-4o'.",
    ],
    [
      { llm: { providers: { openai: { apiKey: ['sk'] } } } },
      'llm.providers.openai.apiKey must be a text; got [Array].',
    ],
  ])('are refused by the name of what is wrong: %j', (config, message) => {
    expect(() => new Cogitator(config as never)).toThrow(new ModelConfigError(message));
  });

  it('are warned of when their provider asks for a key and there is none', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const name = { defaultModel: 'openai/gpt-4o' };
    const make = (config: ConstructorParameters<typeof Cogitator>[0]) => new Cogitator(config).close();
    await make(name);
    vi.stubEnv('OPENAI_API_KEY', '');
    await make(name);
    vi.stubEnv('OPENAI_BASE_URL', '');
    await make({ ...name, llm: { providers: { openai: { apiKey: 'sk' } } } });
    await make({ defaultModel: 'ollama/llama3.2' });
    await make({ defaultModel: 'lab/small', llm: { providers: { lab: { baseUrl: upstream.url } } } });
    await make({ defaultModel: 'demo' });
    expect(warn).not.toHaveBeenCalled();
    await make(name);
    const text = 'There is no API key for openai: set OPENAI_API_KEY or llm.providers.openai.apiKey.';
    expect(warn.mock.calls).toEqual([[text]]);
    warn.mockRestore();
  });
});

describe('an agent', () => {
  it('is run with its tools until it is done', async () => {
    upstream.script(callOf('{"a":2}'));
    const tokens: string[] = [];
    const seen: unknown[] = [];
    calls.length = 0;
    const agent = { name: 'Tutor', instructions: 'Be brief.', tools: [calculator], temperature: 0.3, maxTokens: 500 };
    const result = await cogitator.run(agent, {
      input: 'What is 2 + 1?',
      onToken: (token) => tokens.push(token),
      onToolCall: (call) => seen.push(call),
    });
    const call = { id: expect.stringMatching(/^call_/), name: 'calculator', arguments: { a: 2, b: 1 } };
    expect(result).toEqual({
      output: 'The tool said: {"sum":3}',
      toolCalls: [call],
      usage: { inputTokens: 20, outputTokens: 10, totalTokens: 30 },
    });
    expect([tokens, seen, calls]).toEqual([
      ['The tool ', 'said: ', '{"sum":3}'],
      [call],
      [{ a: 2, b: 1, isLimited: true }],
    ]);
    expect(upstream.requests[0]?.body).toMatchObject({
      temperature: 0.3,
      max_tokens: 500,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is 2 + 1?' },
      ],
      tools: [{ type: 'function', function: { name: 'calculator', parameters: { required: ['a'] } } }],
    });
  });

  it('is told what a tool throws, and of arguments that do not fit', async () => {
    upstream.script(callOf('{"a":"two"}'));
    const { output, toolCalls } = await cogitator.run({ tools: [calculator] }, { input: 'Calculate' });
    expect(output).toContain("Error: the tool 'calculator' failed: the arguments are wrong: a: Invalid input");
    expect(toolCalls).toEqual([]);
  });

  it('has no two tools of one name', async () => {
    const running = cogitator.run({ tools: [calculator, calculator] }, { input: 'Go' });
    await expect(running).rejects.toThrow(new TypeError("Two tools of the agent are named 'calculator'."));
  });

  it('is not kept waiting by a tool for longer than that may take', async () => {
    upstream.script({ toolCalls: [{ name: 'slow', arguments: ['{}'] }] });
    let aborted = false;
    const slow = tool({
      name: 'slow',
      description: 'Never answers',
      parameters: z.object({}),
      timeout: 50,
      execute: (_, { signal }) => {
        signal.addEventListener('abort', () => (aborted = true));
        return new Promise<string>(() => {});
      },
    });
    const { output } = await cogitator.run({ tools: [slow] }, { input: 'Go' });
    expect(output).toContain('it did not answer within 0.05 seconds');
    expect(aborted).toBe(true);
  });

  it('rejects with what the provider says, or with the limit that cut its answer', async () => {
    upstream.script(
      { error: { status: 400, body: { error: { message: 'too hot' } } } },
      { text: ['a'], finishReason: 'length' },
    );
    await expect(cogitator.run({}, { input: 'Hi' })).rejects.toMatchObject({
      name: 'AgentRunError',
      message: expect.stringContaining('too hot'),
    });
    await expect(cogitator.run({}, { input: 'Hi' })).rejects.toMatchObject({
      code: 'incomplete',
      message: 'The answer is not complete: max_completion_tokens.',
    });
  });

  it('ends with what the caller throws who is told of it', async () => {
    const throwing = () => {
      throw new Error('The pipe is closed.');
    };
    upstream.script(
      { text: ['Hello', ' there'], pause: { after: 2, until: new Promise(() => {}) } },
      callOf('{"a":2}'),
    );
    await expect(cogitator.run({}, { input: 'Hi', onToken: throwing })).rejects.toThrow('The pipe is closed.');
    await upstream.requests[0]!.closed;
    expect(upstream.requests[0]!.aborted).toBe(true);
    calls.length = 0;
    const running = cogitator.run({ tools: [calculator] }, { input: 'Go', onToolCall: throwing });
    await expect(running).rejects.toThrow('The pipe is closed.');
    expect([calls, upstream.requests.length]).toEqual([[], 2]);
  });

  it('stops when its signal says so', async () => {
    upstream.script({ hang: true });
    const controller = new AbortController();
    const running = cogitator.run({}, { input: 'Hi', signal: controller.signal });
    await expect.poll(() => upstream.requests.length).toBe(1);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await upstream.requests[0]!.closed;
    expect(upstream.requests[0]!.aborted).toBe(true);
    await expect(cogitator.run({}, { input: 'Hi', signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('a backend', () => {
  const user = { role: 'user', content: 'Hi' } as const;

  it('streams text, then whole calls, then the end', async () => {
    upstream.script({
      text: ['Let me ', 'see'],
      toolCalls: [
        { id: 'a', name: 'f', arguments: ['{"x"', ':1}'] },
        { id: 'b', name: 'g', arguments: [] },
      ],
    });
    const chunks: ChatStreamChunk[] = await Array.fromAsync(cogitator.getLLMBackend().chatStream({ messages: [user] }));
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.map(({ delta, finishReason, usage }) => ({ delta, finishReason, usage }))).toEqual([
      { delta: { content: 'Let me ' } },
      { delta: { content: 'see' } },
      { delta: { toolCalls: [{ id: 'a', name: 'f', arguments: { x: 1 } }] } },
      { delta: { toolCalls: [{ id: 'b', name: 'g', arguments: {} }] } },
      { delta: {}, finishReason: 'tool_calls', usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } },
    ]);
  });

  it('answers all at once, and is asked for everything that can be asked', async () => {
    upstream.script({ text: ['{}'] });
    const toolCalls = [{ id: 'call_1', name: 'calculator', arguments: { a: 1 } }];
    const answer = await cogitator.getLLMBackend('openai/gpt-4o').chat({
      model: 'openai/gpt-4.1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          ],
        },
        { role: 'assistant', content: null, toolCalls },
        { role: 'tool', content: '2', toolCallId: 'call_1' },
      ],
      tools: [calculator.toJSON()],
      toolChoice: { type: 'function', function: { name: 'calculator' } },
      temperature: 0,
      topP: 0.5,
      maxTokens: 9,
      responseFormat: { type: 'json_schema', jsonSchema: { name: 'n', schema: { type: 'object' } } },
    });
    expect(answer).toEqual({
      id: expect.any(String),
      content: '{}',
      finishReason: 'stop',
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    });
    expect(upstream.requests[0]?.body).toMatchObject({
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: 'call_1', function: { name: 'calculator', arguments: '{"a":1}' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: '2' },
      ],
      tools: [{ function: { name: 'calculator' } }],
      tool_choice: { type: 'function', function: { name: 'calculator' } },
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      response_format: { type: 'json_schema', json_schema: { name: 'n' } },
    });
  });

  it('refuses arguments that are no object, and ends when it is told to', async () => {
    upstream.script({ toolCalls: [{ name: 'f', arguments: ['[1]'] }] }, { hang: true });
    const backend = cogitator.getLLMBackend();
    await expect(backend.chat({ messages: [user] })).rejects.toMatchObject({ code: 'invalid_response' });
    const controller = new AbortController();
    const waiting = backend.chat({ messages: [user], signal: controller.signal });
    await expect.poll(() => upstream.requests.length).toBe(2);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'ModelError', code: 'aborted' });
  });
});
