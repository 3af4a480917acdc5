import type { Assistant, Message, Run, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './server/start-test-server.ts';
import { connectApi, type Api } from './wire/api.ts';
import { theDataOf } from './wire/event-stream.ts';

/** What the model takes, as its provider lists it. */
const CONTEXT_TOKENS = 2000;
/** About a hundred tokens. */
const TEXT = ' hello'.repeat(96);
const TOOL = { type: 'function', function: { name: 'look_up' } };
const CALL = { toolCalls: [{ id: 'call_A', name: 'look_up', arguments: ['{}'] }] };

let server: TestServer;
let api: Api;

beforeAll(async () => {
  server = await startTestServer();
  api = connectApi(server.baseURL);
  server.upstream.contextTokens = CONTEXT_TOKENS;
  await api.get('/models');
});
beforeEach(() => server.upstream.reset());
afterAll(() => server.close());

/** Runs a thread of `count` numbered messages. */
async function run(count: number, settings: object = {}, assistant: object = {}): Promise<Run> {
  const { id: assistant_id } = await api.post<Assistant>('/assistants', { model: server.model, ...assistant });
  const messages = Array.from({ length: count }, (_, index) => ({ role: 'user', content: `${index}${TEXT}` }));
  const thread = await api.post<Thread>('/threads', { messages });
  const events = await api.transcript(`/threads/${thread.id}/runs`, { assistant_id, ...settings });
  const [last] = events.filter(({ event }) => event.startsWith('thread.run.') && !event.includes('.step.')).slice(-1);
  return last?.data as Run;
}

/** Numbers of the messages that the model was sent in its latest turn. */
function told(): number[] {
  const { messages } = server.upstream.requests.at(-1)!.body;
  return messages.filter(({ role }) => role === 'user').map(({ content }) => Number.parseInt(String(content)));
}

describe('a thread that is longer than the model takes', () => {
  it('is told from its beginning and its end', async () => {
    expect(await run(60, {}, { instructions: 'Be brief.' })).toMatchObject({ status: 'completed' });
    // A quarter of what the model takes is left for its answer.
    expect(told()).toEqual([0, ...Array.from({ length: 13 }, (_, index) => 47 + index)]);
    expect(server.upstream.requests[0]!.body.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
  });

  it('is told with more room when the answer may take less', async () => {
    await run(60, { max_completion_tokens: 16 });
    expect(told()).toHaveLength(19);
  });

  it('is told as the run asks for it', async () => {
    await run(60, { truncation_strategy: { type: 'last_messages', last_messages: 2 } });
    expect(told()).toEqual([58, 59]);
  });

  it('leaves room for functions', async () => {
    const parameters = { type: 'object', properties: { q: { type: 'string', description: TEXT.repeat(10) } } };
    await run(60, {}, { tools: [{ type: 'function', function: { name: 'look_up', parameters } }] });
    expect(told()).toEqual([0, 57, 58, 59]);
  });

  it('is left to the model to refuse when the newest message alone is too long', async () => {
    const { id: assistant_id } = await api.post<Assistant>('/assistants', { model: server.model });
    const messages = [{ role: 'user', content: TEXT.repeat(40) }];
    server.upstream.script({ error: { status: 400, body: { error: { message: 'Too long.' } } } });
    const events = await api.transcript('/threads/runs', { assistant_id, thread: { messages } });
    expect(theDataOf(events, 'thread.run.failed').last_error).toMatchObject({ code: 'invalid_prompt' });
  });
});

describe('max_prompt_tokens', () => {
  const used = (prompt_tokens: number) => ({ usage: { prompt_tokens, completion_tokens: 1 } });

  it('cuts the thread to fit', async () => {
    expect(await run(10, { max_prompt_tokens: 256 })).toMatchObject({ status: 'completed', max_prompt_tokens: 256 });
    expect(told()).toEqual([0, 9]);
  });

  it('ends the run without asking the model when nothing fits', async () => {
    const ended = await run(1, { max_prompt_tokens: 300, instructions: TEXT.repeat(3) });
    expect(ended).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_prompt_tokens' },
      completed_at: expect.any(Number),
      expires_at: null,
      usage: { total_tokens: 0 },
    });
    expect(server.upstream.requests).toEqual([]);
    const path = `/threads/${ended.thread_id}`;
    expect(await api.get(`${path}/runs/${ended.id}/steps`)).toMatchObject({ data: [] });
    await api.post<Message>(`${path}/messages`, { role: 'user', content: 'Again' });
  });

  it('does not cut what last_messages asks for', async () => {
    const last = (last_messages: number) => ({ truncation_strategy: { type: 'last_messages', last_messages } });
    expect(await run(3, { max_prompt_tokens: 256, ...last(2) })).toMatchObject({ status: 'completed' });
    expect(await run(3, { max_prompt_tokens: 256, ...last(3) })).toMatchObject({ status: 'incomplete' });
  });

  it('is a budget for all turns together', async () => {
    server.upstream.script({ ...CALL, ...used(150) }, { text: ['Done'], ...used(170) });
    const waiting = await run(1, { max_prompt_tokens: 400, tools: [TOOL] });
    expect(waiting.status).toBe('requires_action');
    const path = `/threads/${waiting.thread_id}/runs/${waiting.id}/submit_tool_outputs`;
    const body = { tool_outputs: [{ tool_call_id: 'call_A', output: 'found' }] };
    const done = await api.transcript(path, body);
    expect(theDataOf(done, 'thread.run.completed').usage).toMatchObject({ prompt_tokens: 320 });

    server.upstream.reset();
    server.upstream.script({ ...CALL, ...used(350) });
    const spent = await run(1, { max_prompt_tokens: 400, tools: [TOOL] });
    const events = await api.transcript(`/threads/${spent.thread_id}/runs/${spent.id}/submit_tool_outputs`, body);
    expect(theDataOf(events, 'thread.run.incomplete')).toMatchObject({
      incomplete_details: { reason: 'max_prompt_tokens' },
      usage: { prompt_tokens: 350, completion_tokens: 1 },
    });
    expect(server.upstream.requests).toHaveLength(1);
  });
});
