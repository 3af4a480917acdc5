import type OpenAI from 'openai-v7';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
const { upstream, model } = server;
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const ADD = {
  type: 'function',
  function: {
    name: 'add',
    description: 'Adds two numbers.',
    parameters: {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    },
  },
} as const;

const ONE_CALL = { toolCalls: [{ id: 'call_one', name: 'add', arguments: ['{"a":', ' 1, "b"', ': 2}'] }] };
const TWO_CALLS = {
  toolCalls: [
    { id: 'call_left', name: 'add', arguments: ['{"a":1,', '"b":2}'] },
    { id: 'call_right', name: 'add', arguments: ['{"a":3,"b":4}'] },
  ],
  usage: { prompt_tokens: 20, completion_tokens: 8 },
};
const ANSWER = { text: ['It is', ' done.'], usage: { prompt_tokens: 30, completion_tokens: 4 } };

describe.each(EVERY_SDK)('function tools through openai $major', (sdk) => {
  const { assistants, threads } = sdk.createClient({ baseURL: server.baseURL }).beta;
  const { messages, runs } = threads;

  async function begin(): Promise<{ assistant_id: string; threadId: string }> {
    const assistant = await assistants.create({ model, tools: [ADD] });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Add them.' }] });
    return { assistant_id: assistant.id, threadId: thread.id };
  }

  it('are called and answered over two streams', async () => {
    upstream.script(ONE_CALL, ANSWER);
    const { assistant_id, threadId } = await begin();

    const first = runs.stream(threadId, { assistant_id });
    const created: string[] = [];
    const done: string[] = [];
    first.on('toolCallCreated', (call) => created.push(callOf(call).function.name));
    first.on('toolCallDone', (call) => done.push(callOf(call).function.arguments));
    const waiting = await first.finalRun();
    expect(waiting).toMatchObject({ status: 'requires_action', usage: null });
    expect(waiting.required_action).toEqual({
      type: 'submit_tool_outputs',
      submit_tool_outputs: {
        tool_calls: [{ id: 'call_one', type: 'function', function: { name: 'add', arguments: '{"a": 1, "b": 2}' } }],
      },
    });
    expect(created).toEqual(['add']);
    expect(done).toEqual(['{"a": 1, "b": 2}']);
    const [openStep] = (await runs.steps.list(waiting.id, { thread_id: threadId })).data;
    expect(openStep).toMatchObject({
      type: 'tool_calls',
      status: 'in_progress',
      usage: null,
      step_details: { tool_calls: [{ id: 'call_one', function: { name: 'add', output: null } }] },
    });

    const second = runs.submitToolOutputsStream(waiting.id, {
      thread_id: threadId,
      tool_outputs: [{ tool_call_id: 'call_one', output: '3' }],
    });
    const deltas: string[] = [];
    second.on('textDelta', ({ value }) => deltas.push(value ?? ''));
    const run = await second.finalRun();
    expect(run).toMatchObject({
      id: waiting.id,
      status: 'completed',
      required_action: null,
      usage: { prompt_tokens: 40, completion_tokens: 9, total_tokens: 49 },
    });
    expect(deltas).toEqual(['It is', ' done.']);
    expect((await second.finalMessages()).map(({ content }) => content)).toMatchObject([
      [{ type: 'text', text: { value: 'It is done.' } }],
    ]);

    const steps = await runs.steps.list(run.id, { thread_id: threadId, order: 'asc' });
    expect(steps.data).toMatchObject([
      {
        id: openStep!.id,
        status: 'completed',
        step_details: {
          type: 'tool_calls',
          tool_calls: [
            {
              id: 'call_one',
              type: 'function',
              function: { name: 'add', arguments: '{"a": 1, "b": 2}', output: '3' },
            },
          ],
        },
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      },
      {
        type: 'message_creation',
        status: 'completed',
        usage: { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34 },
      },
    ]);
    expect((await messages.list(threadId)).data.map(({ role }) => role)).toEqual(['assistant', 'user']);
  });

  it('tell the model what it called and what came of it', async () => {
    upstream.script(TWO_CALLS, ANSWER);
    const { assistant_id, threadId } = await begin();
    const run = await runs.createAndPoll(threadId, { assistant_id });
    await runs.submitToolOutputsAndPoll(run.id, { thread_id: threadId, tool_outputs: outputsFor(run) });

    const [asked, told] = upstream.requests.map(({ body }) => body);
    expect(asked!['tools']).toMatchObject([ADD]);
    expect(told!.messages).toEqual([
      { role: 'user', content: 'Add them.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_left', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } },
          { id: 'call_right', type: 'function', function: { name: 'add', arguments: '{"a":3,"b":4}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_left', content: '3' },
      { role: 'tool', tool_call_id: 'call_right', content: '7' },
    ]);
  });

  it('may be several at once, in one step', async () => {
    upstream.script(TWO_CALLS, ANSWER);
    const { assistant_id, threadId } = await begin();
    const stream = runs.stream(threadId, { assistant_id });
    const waiting = await stream.finalRun();
    const required = waiting.required_action!.submit_tool_outputs.tool_calls;
    expect(required).toEqual([
      { id: 'call_left', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } },
      { id: 'call_right', type: 'function', function: { name: 'add', arguments: '{"a":3,"b":4}' } },
    ]);

    // The SDK adds up the deltas: an id or a name told twice would show.
    expect((await stream.finalRunSteps()).map(({ step_details }) => step_details)).toMatchObject([
      { type: 'tool_calls', tool_calls: required },
    ]);

    const again = runs.submitToolOutputsStream(waiting.id, {
      thread_id: threadId,
      // In any order.
      tool_outputs: outputsFor(waiting).toReversed(),
    });
    const run = await again.finalRun();
    expect(run).toMatchObject({ status: 'completed', usage: { prompt_tokens: 50, completion_tokens: 12 } });
    const [toolStep] = (await runs.steps.list(run.id, { thread_id: threadId, order: 'asc' })).data;
    expect(toolStep!.step_details).toMatchObject({
      tool_calls: [
        { id: 'call_left', function: { output: '3' } },
        { id: 'call_right', function: { output: '7' } },
      ],
    });
  });

  it('are waited for when polled', async () => {
    upstream.script(ONE_CALL, TWO_CALLS, ANSWER);
    const { assistant_id, threadId } = await begin();
    let run = await runs.createAndPoll(threadId, { assistant_id });
    expect(run.status).toBe('requires_action');
    expect(run.required_action!.submit_tool_outputs.tool_calls).toHaveLength(1);
    run = await runs.submitToolOutputsAndPoll(run.id, { thread_id: threadId, tool_outputs: outputsFor(run) });
    expect(run.status).toBe('requires_action');
    expect(run.required_action!.submit_tool_outputs.tool_calls).toHaveLength(2);
    run = await runs.submitToolOutputsAndPoll(run.id, { thread_id: threadId, tool_outputs: outputsFor(run) });
    expect(run.status).toBe('completed');
    const steps = await runs.steps.list(run.id, { thread_id: threadId });
    expect(steps.data.map(({ type }) => type)).toEqual(['message_creation', 'tool_calls', 'tool_calls']);
    expect(upstream.requests).toHaveLength(3);
    expect(upstream.requests[2]!.body.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'tool',
    ]);
  });

  it('take all outputs at once, and only once', async () => {
    upstream.script(TWO_CALLS, ANSWER);
    const { assistant_id, threadId } = await begin();
    const waiting = await runs.createAndPoll(threadId, { assistant_id });
    const of = { thread_id: threadId };
    const [left, right] = outputsFor(waiting);
    const refuse = async (tool_outputs: (typeof left)[], got: string): Promise<void> => {
      await expect(
        runs.submitToolOutputs(waiting.id, { ...of, tool_outputs: tool_outputs as never }),
      ).rejects.toMatchObject({
        status: 400,
        error: {
          message: `Expected tool outputs for call_ids ['call_left', 'call_right'], got ${got}`,
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      });
    };
    await refuse([left], "['call_left']");
    await refuse([], '[]');
    await refuse([left, left], "['call_left', 'call_left']");
    await refuse([left, { tool_call_id: 'call_other', output: 'x' }], "['call_left', 'call_other']");
    expect((await runs.retrieve(waiting.id, of)).status).toBe('requires_action');

    const queued = await runs.submitToolOutputs(waiting.id, { ...of, tool_outputs: [left!, right!] });
    expect(queued).toMatchObject({
      status: 'queued',
      required_action: null,
      started_at: waiting.started_at,
      expires_at: waiting.created_at + 600,
    });
    const run = await runs.poll(waiting.id, of);
    expect(run.status).toBe('completed');
    await expect(runs.submitToolOutputs(waiting.id, { ...of, tool_outputs: [left!, right!] })).rejects.toMatchObject({
      status: 400,
      error: { message: 'Runs in status "completed" do not accept tool outputs.' },
    });
  });

  it('are kept out of later runs', async () => {
    upstream.script(ONE_CALL, ANSWER);
    const { assistant_id, threadId } = await begin();
    const waiting = await runs.createAndPoll(threadId, { assistant_id });
    await runs.submitToolOutputsAndPoll(waiting.id, { thread_id: threadId, tool_outputs: outputsFor(waiting) });
    await messages.create(threadId, { role: 'user', content: 'Thanks.' });
    await runs.createAndPoll(threadId, { assistant_id, tool_choice: 'none' });
    expect(upstream.requests[2]!.body).toMatchObject({ tool_choice: 'none' });
    expect(upstream.requests[2]!.body.messages).toEqual([
      { role: 'user', content: 'Add them.' },
      { role: 'assistant', content: 'It is done.' },
      { role: 'user', content: 'Thanks.' },
    ]);
  });
});

function callOf(call: OpenAI.Beta.Threads.Runs.ToolCall): OpenAI.Beta.Threads.Runs.FunctionToolCall {
  if (call.type !== 'function') throw new Error(`A call of type ${call.type}.`);
  return call;
}

function outputsFor({ required_action }: OpenAI.Beta.Threads.Run): { tool_call_id: string; output: string }[] {
  return required_action!.submit_tool_outputs.tool_calls.map(({ id, function: { arguments: text } }) => {
    const { a, b } = JSON.parse(text) as { a: number; b: number };
    return { tool_call_id: id, output: String(a + b) };
  });
}
