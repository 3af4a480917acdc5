import { describe, expect, it } from 'vitest';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import { deltaFrame, DONE, frame, never, QUESTION, usePair } from './ask.ts';

const pair = usePair({ apiKey: 'sk-secret', headers: { 'x-team': 'red' } });
const { ask } = pair;
const STOP = { type: 'finish', reason: 'stop', usage: null };

it('asks with the key and the headers it was given', async () => {
  await ask({ text: ['ok'] });
  expect(pair.upstream.requests).toMatchObject([
    {
      headers: { authorization: 'Bearer sk-secret', 'x-team': 'red', 'content-type': 'application/json' },
      body: { model: 'test-model', messages: [{ role: 'user', content: 'Hi' }], stream: true },
    },
  ]);
});

it('asks in the dialect it was told', async () => {
  const options = { name: 'other', baseUrl: pair.upstream.url, dialect: { asksForUsage: false } };
  const other = createOpenAICompatibleProvider(options);
  await Array.fromAsync(other.stream('m', { ...QUESTION, maxTokens: 7 }, { signal: never() }));
  await other.close();
  expect(pair.upstream.requests[0]?.body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
    max_tokens: 7,
  });
});

describe('an answer', () => {
  it('is text, usage and the reason for the end', async () => {
    expect(await ask({ text: ['Hel', 'lo'] })).toEqual([
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      {
        type: 'finish',
        reason: 'stop',
        usage: { promptTokens: 10, completionTokens: 5, cachedTokens: 0, reasoningTokens: 0 },
      },
    ]);
  });

  it('is passed on piece by piece, as it arrives', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    pair.upstream.script({ text: ['first', 'second'], pause: { after: 2, until: promise } });
    const events = pair.provider.stream('m', QUESTION, { signal: never() })[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'text', text: 'first' });
    resolve();
    expect((await events.next()).value).toEqual({ type: 'text', text: 'second' });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content-filter'],
    ['tool_calls', 'stop'],
    ['function_call', 'stop'],
    ['eos', 'stop'],
  ])('without calls that ends with %s ends with %s', async (said, reason) => {
    expect((await ask({ text: ['x'], finishReason: said, usage: null })).at(-1)).toEqual({ ...STOP, reason });
  });

  it.each([
    ['stop', 'tool-calls'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['length', 'length'],
  ])('with calls that ends with %s ends with %s', async (said, reason) => {
    const events = await ask({ toolCalls: [{ name: 'f', arguments: ['{}'] }], finishReason: said, usage: null });
    expect(events.at(-1)).toEqual({ ...STOP, reason });
  });

  it('may end with [DONE] alone', async () => {
    expect(await ask({ text: ['x'], finishReason: null, usage: null })).toEqual([{ type: 'text', text: 'x' }, STOP]);
  });

  it('is parallel calls, one after another, after what is said', async () => {
    const events = await ask({
      text: ['Let me see.'],
      toolCalls: [
        { id: 'a', name: 'f', arguments: ['{"x":', '1}'] },
        { id: 'b', name: 'g', arguments: ['{}'] },
      ],
      usage: null,
    });
    expect(events).toEqual([
      { type: 'text', text: 'Let me see.' },
      { type: 'tool-call', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-arguments', index: 0, text: '{"x":' },
      { type: 'tool-call-arguments', index: 0, text: '1}' },
      { type: 'tool-call', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-arguments', index: 1, text: '{}' },
      { type: 'finish', reason: 'tool-calls', usage: null },
    ]);
  });

  it('is refusals and thoughts', async () => {
    const raw = [
      deltaFrame({ reasoning_content: 'hm' }),
      deltaFrame({ reasoning: 'hmm', content: '' }),
      deltaFrame({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hmmm' }] }] }),
      deltaFrame({ content: [{ type: 'text', text: 'Well.' }, { type: 'reference' }] }),
      deltaFrame({ refusal: 'No.' }, 'stop'),
      DONE,
    ];
    expect(await ask({ raw })).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: 'hmm' },
      { type: 'reasoning', text: 'hmmm' },
      { type: 'text', text: 'Well.' },
      { type: 'refusal', text: 'No.' },
      STOP,
    ]);
  });

  it('may have nulls and nothing at all where others have values', async () => {
    const raw = [
      frame({}),
      frame({ choices: null, usage: null, error: null }),
      frame({ choices: [] }),
      frame({ choices: [{ delta: null }] }),
      deltaFrame({ role: 'assistant', content: null, refusal: null, tool_calls: null }),
      deltaFrame({ content: 'x' }),
      deltaFrame({ content: 7, tool_calls: 'none' }, 'stop'),
      DONE,
    ];
    expect(await ask({ raw })).toEqual([{ type: 'text', text: 'x' }, STOP]);
  });

  it('may be cut into pieces anywhere, also inside of a character', async () => {
    const body = `: keep-alive\n\n${deltaFrame({ content: 'naïve 😀 文' }, 'stop')}${DONE}`;
    const raw = Array.from(Buffer.from(body), (byte) => Uint8Array.of(byte));
    expect(await ask({ raw })).toEqual([{ type: 'text', text: 'naïve 😀 文' }, STOP]);
  });

  it('may come with carriage returns, comments and other fields', async () => {
    const event = deltaFrame({ content: 'x' }, 'stop').trimEnd();
    const raw = [`: OPENROUTER PROCESSING\r\n\r\nevent: chunk\r\nid: 1\r\n${event}\r\n\r\ndata: [DONE]\r\n\r\n`];
    expect(await ask({ raw })).toEqual([{ type: 'text', text: 'x' }, STOP]);
  });

  it('may end without [DONE], and with the connection broken', async () => {
    expect(await ask({ raw: [deltaFrame({ content: 'x' }, 'stop')] })).toEqual([{ type: 'text', text: 'x' }, STOP]);
    // The role, the text and the reason for the end; not the usage.
    expect(await ask({ text: ['x'], breakAfter: 3 })).toEqual([{ type: 'text', text: 'x' }, STOP]);
  });

  it('ends at [DONE]', async () => {
    const raw = [deltaFrame({ content: 'x' }, 'stop') + DONE + deltaFrame({ content: 'y' })];
    expect(await ask({ raw })).toEqual([{ type: 'text', text: 'x' }, STOP]);
  });

  it.each([
    ['the last chunk', { usage: { prompt_tokens: 3, completion_tokens: 4 } }, 0, 0],
    ['where Groq puts it', { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } }, 0, 0],
    [
      'details',
      {
        usage: {
          prompt_tokens: 3,
          completion_tokens: 4,
          prompt_tokens_details: { cached_tokens: 2 },
          completion_tokens_details: { reasoning_tokens: 1 },
        },
      },
      2,
      1,
    ],
  ])('has usage from %s', async (_, counts, cachedTokens, reasoningTokens) => {
    const raw = [deltaFrame({ content: 'x' }, 'stop'), frame({ choices: [], ...counts }), DONE];
    expect((await ask({ raw })).at(-1)).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens: 3, completionTokens: 4, cachedTokens, reasoningTokens },
    });
  });

  it('may come whole, from an endpoint that does not stream', async () => {
    const message = {
      role: 'assistant',
      content: 'Hello',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
        { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    };
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const events = await ask({ json: { choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage } });
    expect(events).toEqual([
      { type: 'text', text: 'Hello' },
      { type: 'tool-call', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-arguments', index: 0, text: '{"x":1}' },
      { type: 'tool-call', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-arguments', index: 1, text: '{}' },
      { type: 'finish', reason: 'tool-calls', usage: expect.objectContaining({ promptTokens: 1 }) },
    ]);
  });
});

it('asks again over the same connection', async () => {
  const before = pair.upstream.connections;
  for (let turn = 0; turn < 3; turn++) await ask({ text: ['x'] });
  expect(pair.upstream.connections - before).toBeLessThanOrEqual(1);
});
