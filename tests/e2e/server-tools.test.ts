import type { Assistant, RunStep, StreamEvent, Thread } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startEngineServer } from './server/start-engine-server.ts';
import { connectApi } from './wire/api.ts';
import { dataOf, namesOf, theDataOf } from './wire/event-stream.ts';
import { messageStep, openToolStep, RUN_BEGINS, toolStep } from './wire/expected-events.ts';

const definition = (name: string) => ({
  name,
  description: `The server's own ${name}.`,
  parameters: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
});

const executed: { name: string; arguments: string; threadId: string; runId: string; toolCallId: string }[] = [];
const stopped: string[] = [];
const server = await startEngineServer({
  limits: { toolTimeoutMs: 200, maxTurns: 4 },
  tools: [
    {
      definition: definition('double'),
      async execute(text, { threadId, runId, toolCallId }) {
        executed.push({ name: 'double', arguments: text, threadId, runId, toolCallId });
        return String(2 * (JSON.parse(text) as { x: number }).x);
      },
    },
    {
      definition: definition('fail'),
      execute: async () => {
        throw new Error('out of paper');
      },
    },
    {
      // Heeds its signal.
      definition: definition('dawdle'),
      async execute(_, { signal }) {
        signal.addEventListener('abort', () => stopped.push('dawdle'));
        await sleep(5000, undefined, { signal });
        return 'too late';
      },
    },
    {
      // Does not.
      definition: definition('ignore'),
      execute: () => new Promise<string>(() => {}),
    },
  ],
});
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => {
  upstream.reset();
  executed.length = 0;
  stopped.length = 0;
});
afterAll(() => server.close());

const call = (id: string, name: string, x: number) => ({ id, name, arguments: [`{"x":`, `${x}}`] });
const ANSWER = { text: ['Done', '.'] };

async function begin(...functions: string[]): Promise<{ thread: Thread; path: string; body: object }> {
  const assistant = await api.post<Assistant>('/assistants', {
    model,
    tools: functions.map((name) => ({ type: 'function', function: { name } })),
  });
  const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Work.' }] });
  return { thread, path: `/threads/${thread.id}/runs`, body: { assistant_id: assistant.id } };
}

const END = ['thread.run.completed', 'done'];

/** Outputs of the calls of the completed tool steps, by call id. */
function outputsOf(events: readonly StreamEvent[]): Record<string, string | null> {
  return Object.fromEntries(dataOf(events, 'thread.run.step.completed').flatMap(callsOf));
}

function callsOf({ step_details: details }: RunStep): [string, string | null][] {
  if (details.type !== 'tool_calls') return [];
  return details.tool_calls.map((toolCall) => [
    toolCall.id,
    toolCall.type === 'function' ? toolCall.function.output : null,
  ]);
}

describe('a tool of the server', () => {
  it('is executed without the client, as often as the model calls it', async () => {
    upstream.script(
      { toolCalls: [call('call_1', 'double', 1)] },
      { toolCalls: [call('call_2', 'double', 2), call('call_3', 'double', 3)] },
      ANSWER,
    );
    const { thread, path, body } = await begin('double');
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...toolStep(3), ...toolStep(6), ...messageStep(2), ...END]);
    expect(outputsOf(events)).toEqual({ call_1: '2', call_2: '4', call_3: '6' });
    const run = theDataOf(events, 'thread.run.completed');
    expect(run.usage).toMatchObject({ prompt_tokens: 30, completion_tokens: 15, total_tokens: 45 });
    expect(executed).toEqual(
      [1, 2, 3].map((x) => ({
        name: 'double',
        arguments: `{"x":${x}}`,
        threadId: thread.id,
        runId: run.id,
        toolCallId: `call_${x}`,
      })),
    );
    expect(upstream.requests.at(-1)!.body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'double', arguments: '{"x":1}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '2' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_2', type: 'function', function: { name: 'double', arguments: '{"x":2}' } },
          { id: 'call_3', type: 'function', function: { name: 'double', arguments: '{"x":3}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_2', content: '4' },
      { role: 'tool', tool_call_id: 'call_3', content: '6' },
    ]);
  });

  it('is described to the model where the assistant only names it', async () => {
    const { path, body } = await begin('double', 'stranger');
    await api.transcript(path, body);
    expect(upstream.requests[0]!.body['tools']).toMatchObject([
      { type: 'function', function: definition('double') },
      { type: 'function', function: { name: 'stranger' } },
    ]);
  });

  it('is not offered to an assistant that does not name it', async () => {
    const { path, body } = await begin();
    await api.transcript(path, body);
    expect(upstream.requests[0]!.body).not.toHaveProperty('tools');
  });

  it('is called after a text of the same turn', async () => {
    upstream.script({ text: ['Let me', ' see.'], toolCalls: [call('call_1', 'double', 21)] }, ANSWER);
    const { path, body } = await begin('double');
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...messageStep(2), ...toolStep(3), ...messageStep(2), ...END]);
    expect(outputsOf(events)).toEqual({ call_1: '42' });
    expect(upstream.requests[1]!.body.messages.slice(1)).toMatchObject([
      { role: 'assistant', content: 'Let me see.', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', content: '42' },
    ]);
  });

  it.each([
    ['fails', 'fail', /out of paper/],
    ['takes too long', 'dawdle', /./],
    ['takes too long and does not heed its signal', 'ignore', /./],
  ])('that %s is an answer to the model, and the run goes on', async (_, name, reason) => {
    upstream.script({ toolCalls: [call('call_1', name, 1), call('call_2', 'double', 2)] }, ANSWER);
    const { path, body } = await begin(name, 'double');
    const startedAt = performance.now();
    const events = await api.transcript(path, body);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(namesOf(events)).toEqual([...RUN_BEGINS, ...toolStep(6), ...messageStep(2), ...END]);
    const { call_1: failure, call_2: success } = outputsOf(events);
    expect(success).toBe('4');
    expect(failure).toMatch(/error|fail/i);
    expect(failure).toMatch(reason);
    expect(upstream.requests[1]!.body.messages.at(-2)).toEqual({
      role: 'tool',
      tool_call_id: 'call_1',
      content: failure,
    });
    expect(stopped).toEqual(name === 'dawdle' ? ['dawdle'] : []);
  });

  it('is stopped when the run is cancelled', async () => {
    upstream.script({ toolCalls: [call('call_1', 'dawdle', 1)] });
    const { path, body } = await begin('dawdle');
    const stream = await api.stream(path, body);
    const before = await stream.readTo('thread.run.step.delta');
    const { id } = theDataOf(before, 'thread.run.created');
    await api.post(`${path}/${id}/cancel`);
    const names = namesOf(await stream.readAll()).filter((name) => name !== 'thread.run.step.delta');
    expect(names).toEqual(['thread.run.cancelling', 'thread.run.step.cancelled', 'thread.run.cancelled', 'done']);
    expect(upstream.requests).toHaveLength(1);
  });

  it('is executed and the client asked for the rest, where a turn calls both', async () => {
    upstream.script({ toolCalls: [call('call_1', 'stranger', 1), call('call_2', 'double', 2)] }, ANSWER);
    const { path, body } = await begin('double', 'stranger');
    const first = await api.transcript(path, body);
    expect(namesOf(first)).toEqual([...RUN_BEGINS, ...openToolStep(6), 'thread.run.requires_action', 'done']);
    const waiting = theDataOf(first, 'thread.run.requires_action');
    expect(waiting.required_action!.submit_tool_outputs.tool_calls).toEqual([
      { id: 'call_1', type: 'function', function: { name: 'stranger', arguments: '{"x":1}' } },
    ]);
    const second = await api.transcript(`${path}/${waiting.id}/submit_tool_outputs`, {
      tool_outputs: [{ tool_call_id: 'call_1', output: 'one' }],
    });
    expect(namesOf(second)).toEqual([
      'thread.run.step.completed',
      'thread.run.queued',
      'thread.run.in_progress',
      ...messageStep(2),
      ...END,
    ]);
    expect(outputsOf(second)).toEqual({ call_1: 'one', call_2: '4' });
    expect(executed).toHaveLength(1);
    expect(upstream.requests[1]!.body.messages.slice(-2)).toEqual([
      { role: 'tool', tool_call_id: 'call_1', content: 'one' },
      { role: 'tool', tool_call_id: 'call_2', content: '4' },
    ]);
  });

  it('does not keep a run going for ever', async () => {
    upstream.script(...Array.from({ length: 10 }, (_, n) => ({ toolCalls: [call(`call_${n}`, 'double', n)] })));
    const { path, body } = await begin('double');
    const events = await api.transcript(path, body);
    expect(namesOf(events)).toEqual([
      ...RUN_BEGINS,
      ...Array.from({ length: 4 }, () => toolStep(3)).flat(),
      'thread.run.failed',
      'done',
    ]);
    expect(theDataOf(events, 'thread.run.failed')).toMatchObject({
      status: 'failed',
      last_error: { code: 'server_error' },
    });
    expect(executed).toHaveLength(4);
  });
});
