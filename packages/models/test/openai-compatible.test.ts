import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError, type ModelEvent, type ModelRequest } from '@cogitator-ai/openai-engine';
import { type Reply, startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOpenAICompatibleProvider } from '../src/openai-compatible/openai-compatible-model.ts';
import type { Provider } from '../src/providers/provider.ts';

let upstream: Upstream;
let provider: Provider;

beforeAll(async () => {
  upstream = await startUpstream();
  provider = createOpenAICompatibleProvider({
    name: 'tests',
    baseUrl: `${upstream.url}/`,
    apiKey: 'sk-secret',
    timeouts: { idleMs: 300, headersMs: 10_000 },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await provider.close();
  await upstream.close();
});

const question: ModelRequest = { model: 'test-model', messages: [{ role: 'user', content: 'Hi' }] };
const never = (): AbortSignal => new AbortController().signal;

async function ask(reply: Reply, request = question): Promise<ModelEvent[]> {
  upstream.script(reply);
  return Array.fromAsync(provider.stream('test-model', request, { signal: never() }));
}

const frame = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
const delta = (value: object, finish_reason: string | null = null): object => ({
  choices: [{ index: 0, delta: value, finish_reason }],
});
const DONE = 'data: [DONE]\n\n';
const STOP = { type: 'finish', reason: 'stop', usage: null };

async function failure(reply: Reply | Reply[]): Promise<ModelError> {
  upstream.script(...[reply].flat());
  try {
    await Array.fromAsync(provider.stream('test-model', question, { signal: never() }));
  } catch (error) {
    if (ModelError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The turn did not fail.');
}

describe('what is sent', () => {
  it('is the conversation and the settings given, and nothing else', async () => {
    await ask({ text: ['ok'] });
    expect(upstream.requests[0]?.body).toEqual({
      model: 'test-model',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-secret');
  });

  it('carries tools, calls, results, images and every setting', async () => {
    const request: ModelRequest = {
      model: 'test-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', url: 'data:image/png;base64,AA', detail: 'low' },
          ],
        },
        { role: 'assistant', content: null, toolCalls: [{ id: 'c1', name: 'f', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'c1', content: '42' },
      ],
      tools: [{ name: 'f', description: 'F', parameters: { type: 'object', properties: {} } }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      temperature: 0,
      topP: 0.5,
      maxTokens: 7,
      responseFormat: { type: 'json_object' },
      reasoningEffort: 'low',
    };
    await ask({ text: ['ok'] }, request);
    expect(upstream.requests[0]?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '42' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      temperature: 0,
      top_p: 0.5,
      max_tokens: 7,
      response_format: { type: 'json_object' },
      reasoning_effort: 'low',
    });
  });
});

it('speaks the dialect it is told to', async () => {
  const other = createOpenAICompatibleProvider({
    name: 'other',
    baseUrl: upstream.url,
    dialect: { maxTokensParameter: 'max_completion_tokens', asksForUsage: false },
  });
  await Array.fromAsync(other.stream('m', { ...question, maxTokens: 7 }, { signal: never() }));
  await other.close();
  expect(upstream.requests[0]?.body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
    max_completion_tokens: 7,
  });
});

describe('what comes back', () => {
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

  it.each([
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['function_call', 'tool-calls'],
    ['something new', 'stop'],
  ])('ends with %s as %s', async (said, reason) => {
    const events = await ask({ text: ['x'], finishReason: said, usage: null });
    expect(events.at(-1)).toEqual({ type: 'finish', reason, usage: null });
  });

  it('is refusals and thoughts', async () => {
    const events = await ask({
      raw: [
        frame(delta({ reasoning_content: 'hm' })),
        frame(delta({ reasoning: 'hmm' })),
        frame(delta({ refusal: 'No.' }, 'stop')),
        DONE,
      ],
    });
    expect(events).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: 'hmm' },
      { type: 'refusal', text: 'No.' },
      STOP,
    ]);
  });

  it('is parallel calls, one after another', async () => {
    const events = await ask({
      toolCalls: [
        { id: 'a', name: 'f', arguments: ['{"x":', '1}'] },
        { id: 'b', name: 'g', arguments: ['{}'] },
      ],
      usage: null,
    });
    expect(events).toEqual([
      { type: 'tool-call', index: 0, id: 'a', name: 'f' },
      { type: 'tool-call-arguments', index: 0, text: '{"x":' },
      { type: 'tool-call-arguments', index: 0, text: '1}' },
      { type: 'tool-call', index: 1, id: 'b', name: 'g' },
      { type: 'tool-call-arguments', index: 1, text: '{}' },
      { type: 'finish', reason: 'tool-calls', usage: null },
    ]);
  });

  it.each([
    [
      'written at the same time',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '{"y"' } },
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, function: { arguments: ':2}' } },
      ],
    ],
    [
      'without an index',
      [
        { id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'all with the index 0',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 0, id: 'b', function: { name: 'g', arguments: '{"y":2}' } },
      ],
    ],
    [
      'whose id and name are repeated, with null for what is missing',
      [
        { index: 0, id: 'a', function: { name: 'f', arguments: null } },
        { index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } },
        { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
        { index: 1, id: '', function: { name: null, arguments: '{"y":2}' } },
      ],
    ],
  ])('keeps calls apart and in order that are %s', async (_, deltas) => {
    const raw = [...deltas.map((call) => frame(delta({ tool_calls: [call] }))), frame(delta({}, 'stop')), DONE];
    const events = await ask({ raw });
    const written: Record<string, string> = {};
    const order: number[] = [];
    for (const event of events) {
      if (event.type === 'tool-call') written[event.name] = '';
      if (event.type === 'tool-call-arguments') written[event.index === 0 ? 'f' : 'g'] += event.text;
      if ('index' in event) order.push(event.index);
    }
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(written).toEqual({ f: '{"x":1}', g: '{"y":2}' });
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls', usage: null });
  });

  it('survives comments, empty choices, split characters and a missing [DONE]', async () => {
    const bytes = Buffer.from(`: keep-alive\n\n${frame({ choices: [] })}${frame(delta({ content: 'naïve 😀 文' }))}`);
    const cut = bytes.indexOf(Buffer.from('😀')) + 2;
    const events = await ask({ raw: [bytes.subarray(0, cut), bytes.subarray(cut), frame(delta({}, 'stop'))] });
    expect(events).toEqual([{ type: 'text', text: 'naïve 😀 文' }, STOP]);
  });

  it('takes usage from where Groq puts it', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 2 } };
    const events = await ask({ raw: [frame({ ...delta({ content: 'x' }, 'stop'), x_groq: { usage } }), DONE] });
    expect(events.at(-1)).toMatchObject({ usage: { promptTokens: 3, completionTokens: 4, cachedTokens: 2 } });
  });
});

describe('failures', () => {
  it.each([
    [
      { status: 400, body: { error: { message: 'bad image' } } },
      'invalid_request',
      'tests answered with HTTP 400: bad image',
    ],
    [{ status: 401, body: 'nope' }, 'unauthorized', 'tests answered with HTTP 401.'],
    [
      { status: 404, body: { error: 'model not found' } },
      'invalid_request',
      'tests answered with HTTP 404: model not found',
    ],
    [
      { status: 429, body: { error: { message: 'no credit', code: 'insufficient_quota' } } },
      'quota_exceeded',
      'tests answered with HTTP 429: no credit',
    ],
  ] as const)('%o is told at once', async (error, code, message) => {
    const caught = await failure({ error });
    expect([caught.code, caught.message]).toEqual([code, message]);
    expect(upstream.requests).toHaveLength(1);
    expect(caught.message).not.toContain('sk-secret');
  });

  it('tries again after 5xx and 429, and then answers', async () => {
    upstream.script(
      { error: { status: 503 } },
      { error: { status: 429, headers: { 'retry-after': '0' } } },
      { text: ['ok'] },
    );
    const events = await Array.fromAsync(provider.stream('test-model', question, { signal: never() }));
    expect(events[0]).toEqual({ type: 'text', text: 'ok' });
    expect(upstream.requests).toHaveLength(3);
  });

  it('gives up after three tries', async () => {
    const error = { error: { status: 500, headers: { 'retry-after': '0' } } };
    expect((await failure([error, error, error, { text: ['late'] }])).code).toBe('unavailable');
    expect(upstream.requests).toHaveLength(3);
  });

  it('does not wait as long as a provider may ask for', async () => {
    const caught = await failure({ error: { status: 429, headers: { 'retry-after': '3600' } } });
    expect(caught.code).toBe('rate_limited');
    expect(upstream.requests).toHaveLength(1);
  });

  it('never tries an answer again that has begun', async () => {
    const caught = await failure([{ text: ['a', 'b', 'c'], breakAfter: 2 }, { text: ['again'] }]);
    expect(caught.code).toBe('unavailable');
    expect(upstream.requests).toHaveLength(1);
  });

  it('does not take a cut answer for a whole one', async () => {
    expect((await failure({ raw: [frame(delta({ content: 'half' }))] })).message).toBe('tests broke off its answer.');
  });

  it('passes on an error inside the stream', async () => {
    const caught = await failure({ raw: [frame({ error: { message: 'overloaded' } })] });
    expect(caught.message).toBe('tests broke off its answer: overloaded');
  });

  it.each([
    ['no JSON', 'data: {oops\n\n'],
    ['no object', 'data: 7\n\n'],
    ['a call without a name', frame(delta({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }))],
  ])('refuses %s', async (_, piece) => {
    expect((await failure({ raw: [piece, DONE] })).code).toBe('invalid_response');
  });

  it('passes on what came before the part that is wrong, in one piece with it', async () => {
    upstream.script({ raw: [`${frame(delta({ content: 'before' }))}data: {oops\n\n`] });
    const events: ModelEvent[] = [];
    const turn = (async () => {
      for await (const event of provider.stream('test-model', question, { signal: never() })) events.push(event);
    })();
    await expect(turn).rejects.toMatchObject({ code: 'invalid_response' });
    expect(events).toEqual([{ type: 'text', text: 'before' }]);
  });

  it('refuses an endless event', async () => {
    const caught = await failure({ raw: [`data: ${'x'.repeat(10 * 2 ** 20)}`] });
    expect(caught.code).toBe('invalid_response');
  });

  it('gives up on an answer that falls silent', async () => {
    expect((await failure({ text: ['a', 'b'], delayMs: 2500 })).code).toBe('unavailable');
  });

  it('closes the connection to the model when it is stopped', async () => {
    upstream.script({ text: Array.from({ length: 100 }, () => 'x'), delayMs: 20 });
    const stop = new AbortController();
    const events: ModelEvent[] = [];
    const turn = (async () => {
      for await (const event of provider.stream('test-model', question, { signal: stop.signal })) {
        events.push(event);
        if (events.length === 3) stop.abort();
      }
    })();
    await expect(turn).rejects.toMatchObject({ code: 'aborted' });
    await sleep(100);
    expect(upstream.requests[0]?.aborted).toBe(true);
  });

  it('says who cannot be reached', async () => {
    const nobody = createOpenAICompatibleProvider({ name: 'nobody', baseUrl: 'http://127.0.0.1:9/v1' });
    const turn = Array.fromAsync(nobody.stream('m', question, { signal: never() }));
    await expect(turn).rejects.toMatchObject({
      code: 'unavailable',
      message: 'nobody could not be reached (ECONNREFUSED).',
    });
    await nobody.close();
  });
});

it('lists the models of the endpoint', async () => {
  upstream.models = ['a', 'org/b:c'];
  expect(await provider.list({ signal: never() })).toEqual([
    { id: 'a', created: 1_700_000_000, ownedBy: 'tests' },
    { id: 'org/b:c', created: 1_700_000_000, ownedBy: 'tests' },
  ]);
});
