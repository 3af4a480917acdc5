import type { Assistant, Message, Run, RunStep, StreamEvent, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { dataOf, namesOf, theDataOf } from './wire/event-stream.ts';
import { messageStep, openMessageStep, openToolStep, RUN_BEGINS } from './wire/expected-events.ts';

const server = await startTestServer();
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const FUNCTION = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
const ONE_CALL = { toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{"x":', '1}'] }] };
const TWO_CALLS = {
  toolCalls: [
    { id: 'call_A', name: 'f', arguments: ['{"x":', '1}'] },
    { id: 'call_B', name: 'f', arguments: ['{"x"', ':', '2}'] },
  ],
};
const COUNTED = (prompt_tokens: number, completion_tokens: number) => ({
  prompt_tokens,
  completion_tokens,
  total_tokens: prompt_tokens + completion_tokens,
  prompt_token_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});

async function begin(): Promise<{ assistant: Assistant; thread: Thread; path: string; body: object }> {
  const assistant = await api.post<Assistant>('/assistants', { model, tools: [FUNCTION] });
  const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
  return { assistant, thread, path: `/threads/${thread.id}/runs`, body: { assistant_id: assistant.id } };
}

describe('plain text', () => {
  it('is told in this order, with these objects', async () => {
    upstream.script({ text: ['Hello', ' there', '.'], usage: { prompt_tokens: 9, completion_tokens: 3 } });
    const { assistant, thread, path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...messageStep(3), 'thread.run.completed', 'done']);

    const created = theDataOf(events, 'thread.run.created');
    expect(Object.keys(created)).toEqual([
      'id',
      'object',
      'created_at',
      'assistant_id',
      'thread_id',
      'status',
      'started_at',
      'expires_at',
      'cancelled_at',
      'failed_at',
      'completed_at',
      'required_action',
      'last_error',
      'model',
      'instructions',
      'tools',
      'tool_resources',
      'metadata',
      'temperature',
      'top_p',
      'reasoning_effort',
      'max_completion_tokens',
      'max_prompt_tokens',
      'truncation_strategy',
      'incomplete_details',
      'usage',
      'response_format',
      'tool_choice',
      'parallel_tool_calls',
    ]);
    expect(created).toMatchObject({
      object: 'thread.run',
      status: 'queued',
      assistant_id: assistant.id,
      thread_id: thread.id,
      started_at: null,
      usage: null,
      expires_at: created.created_at + 600,
    });
    expect(theDataOf(events, 'thread.run.queued')).toEqual(created);
    const started = theDataOf(events, 'thread.run.in_progress');
    expect(started).toEqual({ ...created, status: 'in_progress', started_at: expect.any(Number) });

    const message = theDataOf(events, 'thread.message.created');
    const step = theDataOf(events, 'thread.run.step.created');
    expect(step).toEqual({
      id: expect.stringMatching(/^step_/),
      object: 'thread.run.step',
      created_at: expect.any(Number),
      run_id: created.id,
      assistant_id: assistant.id,
      thread_id: thread.id,
      type: 'message_creation',
      status: 'in_progress',
      cancelled_at: null,
      completed_at: null,
      failed_at: null,
      expires_at: created.expires_at,
      expired_at: null,
      last_error: null,
      step_details: { type: 'message_creation', message_creation: { message_id: message.id } },
      metadata: step.metadata,
      usage: null,
    });
    expect(theDataOf(events, 'thread.run.step.in_progress')).toEqual(step);
    expect(message).toEqual({
      id: expect.stringMatching(/^msg_/),
      object: 'thread.message',
      created_at: expect.any(Number),
      thread_id: thread.id,
      status: 'in_progress',
      incomplete_details: null,
      completed_at: null,
      incomplete_at: null,
      role: 'assistant',
      content: [],
      assistant_id: assistant.id,
      run_id: created.id,
      attachments: [],
      metadata: {},
    });
    expect(theDataOf(events, 'thread.message.in_progress')).toEqual(message);
    expect(dataOf(events, 'thread.message.delta')).toEqual([
      messageDelta(message, { value: 'Hello', annotations: [] }),
      messageDelta(message, { value: ' there' }),
      messageDelta(message, { value: '.' }),
    ]);

    const completed = theDataOf(events, 'thread.message.completed');
    expect(completed).toEqual({
      ...message,
      status: 'completed',
      completed_at: expect.any(Number),
      content: [{ type: 'text', text: { value: 'Hello there.', annotations: [] } }],
    });
    const stepCompleted = theDataOf(events, 'thread.run.step.completed');
    expect(stepCompleted).toMatchObject({
      ...step,
      status: 'completed',
      completed_at: expect.any(Number),
      expires_at: expect.toSatisfy((at) => at === null || at === created.expires_at),
      usage: COUNTED(9, 3),
    });
    const run = theDataOf(events, 'thread.run.completed');
    expect(run).toEqual({
      ...started,
      status: 'completed',
      completed_at: expect.any(Number),
      expires_at: null,
      usage: COUNTED(9, 3),
    });

    // What was told is what is there.
    expect(await api.get(`${path}/${run.id}`)).toEqual(run);
    expect(await api.get(`${path}/${run.id}/steps/${step.id}`)).toEqual(stepCompleted);
    expect(await api.get(`/threads/${thread.id}/messages/${message.id}`)).toEqual(completed);
  });

  it('begins with the thread where the run makes it', async () => {
    upstream.script({ text: ['Hi.'] });
    const { assistant } = await begin();
    const events = await api.transcript('/threads/runs', {
      assistant_id: assistant.id,
      thread: { messages: [{ role: 'user', content: 'Hello' }], metadata: { a: 'b' } },
    });
    expect(namesOf(events)).toEqual([
      'thread.created',
      ...RUN_BEGINS,
      ...messageStep(1),
      'thread.run.completed',
      'done',
    ]);
    const thread = theDataOf(events, 'thread.created');
    expect(thread).toEqual({
      id: theDataOf(events, 'thread.run.created').thread_id,
      object: 'thread',
      created_at: expect.any(Number),
      metadata: { a: 'b' },
      tool_resources: {},
    });
  });

  it('adds up to the message, whatever its characters and however they were cut', async () => {
    const text = 'Grüße 世界 👨‍👩‍👧‍👦 "quoted" \\ back\u2028slash\n\ttab \u0000 \u007f 🏳️‍🌈 конец';
    const characters = Array.from(text);
    const bytes = Buffer.from(
      characters
        .map((character) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: character } }] })}\n\n`)
        .join('') +
        'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n' +
        'data: [DONE]\n\n',
    );
    // Through every character of several bytes, and so through events.
    const cuts = [0, ...bytes.keys().filter((at) => isContinuation(bytes[at]!)), bytes.length];
    const pieces = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
    upstream.script({ raw: pieces });
    const { path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...messageStep(characters.length), 'thread.run.completed', 'done']);
    expect(textOf(events)).toBe(text);
    expect(theDataOf(events, 'thread.message.completed').content).toEqual([
      { type: 'text', text: { value: text, annotations: [] } },
    ]);
  });

  it('has at least one delta, even when the model says nothing', async () => {
    upstream.script({});
    const { path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...messageStep(1), 'thread.run.completed', 'done']);
    expect(theDataOf(events, 'thread.message.completed').content).toEqual([
      { type: 'text', text: { value: '', annotations: [] } },
    ]);
  });

  it('of two runs at once stays apart', async () => {
    upstream.script({ text: ['a', 'b', 'c', 'd'], delayMs: 5 }, { text: ['1', '2', '3', '4'], delayMs: 5 });
    const [one, two] = [await begin(), await begin()];
    const transcripts = await Promise.all([api.transcript(one.path, one.body), api.transcript(two.path, two.body)]);
    for (const [index, { thread }] of [one, two].entries()) {
      const events = transcripts[index]!;
      expect(namesOf(events)).toEqual([...RUN_BEGINS, ...messageStep(4), 'thread.run.completed', 'done']);
      const run = theDataOf(events, 'thread.run.completed');
      expect(run.thread_id).toBe(thread.id);
      expect(theDataOf(events, 'thread.message.completed').run_id).toBe(run.id);
    }
    expect(transcripts.map(textOf).toSorted()).toEqual(['1234', 'abcd']);
  });
});

describe('function calls', () => {
  it('one: the step stays open', async () => {
    upstream.script(ONE_CALL);
    const { thread, path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...openToolStep(3), 'thread.run.requires_action', 'done']);
    const step = theDataOf(events, 'thread.run.step.created');
    expect(step).toMatchObject({
      type: 'tool_calls',
      status: 'in_progress',
      usage: null,
      step_details: { type: 'tool_calls', tool_calls: [] },
    });
    expect(theDataOf(events, 'thread.run.step.in_progress')).toEqual(step);
    expect(dataOf(events, 'thread.run.step.delta')).toEqual([
      stepDelta(step, {
        index: 0,
        id: 'call_A',
        type: 'function',
        function: { name: 'f', arguments: '', output: null },
      }),
      stepDelta(step, { index: 0, type: 'function', function: { arguments: '{"x":' } }),
      stepDelta(step, { index: 0, type: 'function', function: { arguments: '1}' } }),
    ]);
    const run = theDataOf(events, 'thread.run.requires_action');
    expect(run).toEqual({
      ...theDataOf(events, 'thread.run.in_progress'),
      status: 'requires_action',
      required_action: {
        type: 'submit_tool_outputs',
        submit_tool_outputs: {
          tool_calls: [{ id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
        },
      },
    });
    expect(run).toMatchObject({ usage: null, expires_at: run.created_at + 600 });
    expect(await api.get(`${path}/${run.id}`)).toEqual(run);
    expect(await api.get(`/threads/${thread.id}/runs/${run.id}/steps/${step.id}`)).toEqual({
      ...step,
      step_details: {
        type: 'tool_calls',
        tool_calls: [{ id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":1}', output: null } }],
      },
    });
  });

  it('several: one after another in one step, and what they add up to is what is required', async () => {
    upstream.script(TWO_CALLS);
    const { path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...openToolStep(7), 'thread.run.requires_action', 'done']);
    const calls = callDeltasOf(events);
    expect(calls.map(({ index }) => index)).toEqual([0, 0, 0, 1, 1, 1, 1]);
    expect(accumulate(events)).toEqual(
      theDataOf(events, 'thread.run.requires_action').required_action!.submit_tool_outputs.tool_calls,
    );
    expect(accumulate(events)).toEqual([
      { id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'call_B', type: 'function', function: { name: 'f', arguments: '{"x":2}' } },
    ]);
  });

  it('written by the model through one another are told one after another', async () => {
    const delta = (...tool_calls: object[]): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls } }] })}\n\n`;
    upstream.script({
      raw: [
        delta({ index: 0, id: 'call_A', type: 'function', function: { name: 'f', arguments: '' } }),
        delta({ index: 1, id: 'call_B', type: 'function', function: { name: 'f', arguments: '' } }),
        delta({ index: 0, function: { arguments: '{"x":' } }, { index: 1, function: { arguments: '{"x":2' } }),
        delta({ index: 1, function: { arguments: '}' } }, { index: 0, function: { arguments: '1}' } }),
        'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n',
        'data: [DONE]\n\n',
      ],
    });
    const { path, body } = await begin();
    const events = await api.transcript(path, body);
    const indexes = callDeltasOf(events).map(({ index }) => index);
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
    expect(accumulate(events)).toEqual(
      theDataOf(events, 'thread.run.requires_action').required_action!.submit_tool_outputs.tool_calls,
    );
    expect(accumulate(events).map((call) => call.function.arguments)).toEqual(['{"x":1}', '{"x":2}']);
  });

  it('after a text: first the message, then the calls, never both open', async () => {
    upstream.script({ text: ['Let me', ' see.'], ...ONE_CALL, usage: { prompt_tokens: 11, completion_tokens: 6 } });
    const { thread, path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([
      ...RUN_BEGINS,
      ...messageStep(2),
      ...openToolStep(3),
      'thread.run.requires_action',
      'done',
    ]);
    expect(dataOf(events, 'thread.run.step.created').map(({ type }) => type)).toEqual([
      'message_creation',
      'tool_calls',
    ]);

    upstream.script({ text: ['Done.'], usage: { prompt_tokens: 20, completion_tokens: 2 } });
    const { id } = theDataOf(events, 'thread.run.requires_action');
    const more = await api.transcript(`${path}/${id}/submit_tool_outputs`, outputs({ call_A: '42' }));
    expect(theDataOf(more, 'thread.run.completed').usage).toEqual(COUNTED(31, 8));
    const steps = await api.get<{ data: RunStep[] }>(`${path}/${id}/steps?order=asc`);
    expect(steps.data.map(({ type, status }) => [type, status])).toEqual([
      ['message_creation', 'completed'],
      ['tool_calls', 'completed'],
      ['message_creation', 'completed'],
    ]);
    const sums = steps.data.map(({ usage }) => usage!.total_tokens);
    expect(sums.reduce((sum, total) => sum + total, 0)).toBe(39);
    const messages = await api.get<{ data: Message[] }>(`/threads/${thread.id}/messages?order=asc`);
    expect(messages.data.map(({ content }) => (content[0] as { text: { value: string } }).text.value)).toEqual([
      'Hello',
      'Let me see.',
      'Done.',
    ]);
    // What was said before the calls belongs to the turn that made them.
    expect(upstream.requests[1]!.body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: 'Let me see.',
        tool_calls: [{ id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
      },
      { role: 'tool', tool_call_id: 'call_A', content: '42' },
    ]);
  });
});

describe('submitted outputs', () => {
  it('begin with the completed step and go on to the answer', async () => {
    upstream.script(TWO_CALLS, { text: ['It', ' is 42.'], usage: { prompt_tokens: 30, completion_tokens: 4 } });
    const { path, body } = await begin();
    const first = await api.transcript(path, body);
    const waiting = theDataOf(first, 'thread.run.requires_action');
    // So that a second start can be told from the first.
    await untilNextSecond(waiting.started_at!);
    const events = await api.transcript(
      `${path}/${waiting.id}/submit_tool_outputs`,
      outputs({ call_B: '2', call_A: '1' }),
    );
    expect(namesOf(events)).toEqual([
      'thread.run.step.completed',
      'thread.run.queued',
      'thread.run.in_progress',
      ...messageStep(2),
      'thread.run.completed',
      'done',
    ]);

    const [toolStep, messageStepCompleted] = dataOf(events, 'thread.run.step.completed');
    const opened = theDataOf(first, 'thread.run.step.created');
    expect(toolStep).toMatchObject({
      id: opened.id,
      created_at: opened.created_at,
      status: 'completed',
      completed_at: expect.any(Number),
      usage: COUNTED(10, 5),
      step_details: {
        type: 'tool_calls',
        tool_calls: [
          { id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":1}', output: '1' } },
          { id: 'call_B', type: 'function', function: { name: 'f', arguments: '{"x":2}', output: '2' } },
        ],
      },
    });
    expect(messageStepCompleted).toMatchObject({ type: 'message_creation', usage: COUNTED(30, 4) });

    const queued = theDataOf(events, 'thread.run.queued');
    expect(queued).toEqual({ ...waiting, status: 'queued', required_action: null });
    const restarted = theDataOf(events, 'thread.run.in_progress');
    expect(restarted).toEqual({ ...queued, status: 'in_progress', started_at: expect.any(Number) });
    expect(restarted.started_at).toBeGreaterThan(waiting.started_at!);
    expect(theDataOf(events, 'thread.run.completed')).toEqual({
      ...restarted,
      status: 'completed',
      completed_at: expect.any(Number),
      expires_at: null,
      usage: COUNTED(40, 9),
    });
    expect(textOf(events)).toBe('It is 42.');
  });

  it('may be followed by another call', async () => {
    upstream.script(ONE_CALL, { toolCalls: [{ id: 'call_C', name: 'f', arguments: ['{}'] }] });
    const { path, body } = await begin();
    const { id } = theDataOf(await api.transcript(path, body), 'thread.run.requires_action');
    const events = await api.transcript(`${path}/${id}/submit_tool_outputs`, outputs({ call_A: '' }));
    expect(namesOf(events)).toEqual([
      'thread.run.step.completed',
      'thread.run.queued',
      'thread.run.in_progress',
      ...openToolStep(2),
      'thread.run.requires_action',
      'done',
    ]);
    expect(accumulate(events)).toEqual([{ id: 'call_C', type: 'function', function: { name: 'f', arguments: '{}' } }]);
  });
});

describe('ends of another kind', () => {
  it('cancelled by another connection', async () => {
    upstream.script({ text: ['Once', ' upon'], pause: { after: 2, until: new Promise(() => {}) } });
    const { path, body } = await begin();
    const stream = await api.stream(path, body);
    const before = await stream.readTo('thread.message.delta');
    const { id } = theDataOf(before, 'thread.run.created');
    const answered = await api.post<Run>(`${path}/${id}/cancel`);
    const after = await stream.readAll();
    expect(namesOf(before)).toEqual([...RUN_BEGINS, ...openMessageStep(1)]);
    expect(namesOf(after)).toEqual([
      'thread.run.cancelling',
      'thread.message.incomplete',
      'thread.run.step.cancelled',
      'thread.run.cancelled',
      'done',
    ]);
    expect(theDataOf(after, 'thread.run.cancelling')).toEqual(answered);
    expect(answered).toMatchObject({ status: 'cancelling', cancelled_at: null });
    expect(theDataOf(after, 'thread.message.incomplete')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'run_cancelled' },
      incomplete_at: expect.any(Number),
      completed_at: null,
      content: [{ type: 'text', text: { value: 'Once', annotations: [] } }],
    });
    expect(theDataOf(after, 'thread.run.step.cancelled')).toMatchObject({
      status: 'cancelled',
      cancelled_at: expect.any(Number),
      last_error: null,
    });
    expect(theDataOf(after, 'thread.run.cancelled')).toMatchObject({
      status: 'cancelled',
      cancelled_at: expect.any(Number),
      expires_at: null,
    });
  });

  it('cancelled while it calls', async () => {
    upstream.script({ ...ONE_CALL, pause: { after: 3, until: new Promise(() => {}) } });
    const { path, body } = await begin();
    const stream = await api.stream(path, body);
    const before = [
      ...(await stream.readTo('thread.run.step.delta')),
      ...(await stream.readTo('thread.run.step.delta')),
    ];
    const { id } = theDataOf(before, 'thread.run.created');
    await api.post(`${path}/${id}/cancel`);
    const after = await stream.readAll();
    expect(namesOf(after)).toEqual([
      'thread.run.cancelling',
      'thread.run.step.cancelled',
      'thread.run.cancelled',
      'done',
    ]);
    expect(theDataOf(after, 'thread.run.step.cancelled').step_details).toEqual({
      type: 'tool_calls',
      tool_calls: [{ id: 'call_A', type: 'function', function: { name: 'f', arguments: '{"x":', output: null } }],
    });
  });

  it('failed before the model said anything', async () => {
    upstream.script({ error: { status: 400, body: { error: { message: 'No.' } } } });
    const { path, body } = await begin();
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, 'thread.run.failed', 'done']);
    expect(theDataOf(events, 'thread.run.failed')).toMatchObject({
      status: 'failed',
      failed_at: expect.any(Number),
      expires_at: null,
      completed_at: null,
      last_error: { code: 'invalid_prompt', message: expect.stringContaining('No.') },
    });
  });

  it('failed in the middle of a message', async () => {
    const heard = Promise.withResolvers<void>();
    upstream.script({
      text: ['Once', ' upon', ' a time'],
      breakAfter: 3,
      pause: { after: 3, until: heard.promise },
    });
    const { path, body } = await begin();
    const stream = await api.stream(path, body);
    const events = [...(await stream.readTo('thread.message.delta')), ...(await stream.readTo('thread.message.delta'))];
    heard.resolve();
    events.push(...(await stream.readAll()));
    expect(namesOf(events)).toEqual([
      ...RUN_BEGINS,
      ...openMessageStep(2),
      'thread.message.incomplete',
      'thread.run.step.failed',
      'thread.run.failed',
      'done',
    ]);
    const { last_error } = theDataOf(events, 'thread.run.failed');
    expect(last_error).toEqual({ code: 'server_error', message: expect.any(String) });
    expect(theDataOf(events, 'thread.run.step.failed')).toMatchObject({ status: 'failed', last_error });
    expect(theDataOf(events, 'thread.message.incomplete')).toMatchObject({
      incomplete_details: { reason: 'run_failed' },
      content: [{ type: 'text', text: { value: textOf(events), annotations: [] } }],
    });
  });

  it('failed after outputs were submitted', async () => {
    upstream.script(ONE_CALL, { error: { status: 400, body: { error: { message: 'No.' } } } });
    const { path, body } = await begin();
    const { id } = theDataOf(await api.transcript(path, body), 'thread.run.requires_action');
    const events = await api.transcript(`${path}/${id}/submit_tool_outputs`, outputs({ call_A: '1' }));
    expect(namesOf(events)).toEqual([
      'thread.run.step.completed',
      'thread.run.queued',
      'thread.run.in_progress',
      'thread.run.failed',
      'done',
    ]);
    // What was used before the failure is counted.
    expect(theDataOf(events, 'thread.run.failed').usage).toEqual(COUNTED(10, 5));
  });

  it.each([
    ['length', 'max_completion_tokens', 'max_tokens'],
    ['content_filter', 'content_filter', 'content_filter'],
  ])('incomplete for %s', async (finishReason, runReason, messageReason) => {
    upstream.script({ text: ['Once', ' upon'], finishReason, usage: { prompt_tokens: 9, completion_tokens: 16 } });
    const { path, body } = await begin();
    const events = await api.transcript(path, { ...body, max_completion_tokens: 16 });
    expect(namesOf(events)).toEqual([
      ...RUN_BEGINS,
      ...openMessageStep(2),
      'thread.message.incomplete',
      'thread.run.step.completed',
      'thread.run.incomplete',
      'done',
    ]);
    expect(theDataOf(events, 'thread.message.incomplete')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: messageReason },
      incomplete_at: expect.any(Number),
      completed_at: null,
      content: [{ type: 'text', text: { value: 'Once upon', annotations: [] } }],
    });
    expect(theDataOf(events, 'thread.run.step.completed')).toMatchObject({
      status: 'completed',
      usage: COUNTED(9, 16),
    });
    expect(theDataOf(events, 'thread.run.incomplete')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: runReason },
      completed_at: expect.any(Number),
      failed_at: null,
      expires_at: null,
      usage: COUNTED(9, 16),
    });
  });
});

function messageDelta({ id }: Message, text: object): object {
  return { id, object: 'thread.message.delta', delta: { content: [{ index: 0, type: 'text', text }] } };
}

function stepDelta({ id }: RunStep, call: object): object {
  return {
    id,
    object: 'thread.run.step.delta',
    delta: { step_details: { type: 'tool_calls', tool_calls: [call] } },
  };
}

/** All text of the deltas. */
function textOf(events: readonly StreamEvent[]): string {
  return dataOf(events, 'thread.message.delta')
    .flatMap(({ delta }) => delta.content ?? [])
    .map((part) => (part.type === 'text' ? part.text?.value : undefined) ?? '')
    .join('');
}

interface CallDelta {
  index: number;
  id?: string;
  function?: { name?: string; arguments?: string; output?: string | null };
}

function callDeltasOf(events: readonly StreamEvent[]): CallDelta[] {
  return dataOf(events, 'thread.run.step.delta').flatMap(({ delta }) => {
    expect(delta.step_details.tool_calls).toHaveLength(1);
    return delta.step_details.tool_calls;
  });
}

/** What SDKs make of the deltas: strings are joined, so that an id or a name sent twice would show. */
function accumulate(
  events: readonly StreamEvent[],
): { id: string; type: string; function: { name: string; arguments: string } }[] {
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = [];
  for (const { index, id = '', function: fn } of callDeltasOf(events)) {
    const call = (calls[index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } });
    call.id += id;
    call.function.name += fn?.name ?? '';
    call.function.arguments += fn?.arguments ?? '';
  }
  return calls;
}

function outputs(byCall: Record<string, string>): object {
  return {
    tool_outputs: Object.entries(byCall).map(([tool_call_id, output]) => ({ tool_call_id, output })),
  };
}

/** Whether a byte is a further one of a UTF-8 character. */
function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

async function untilNextSecond(seconds: number): Promise<void> {
  const ms = (seconds + 1) * 1000 - Date.now();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
