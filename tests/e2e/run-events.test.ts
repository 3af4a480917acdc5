import type { Assistant, Run, Thread } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai-v7';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';

const server = await startTestServer();
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(() => server.close());

function textOf(event: OpenAI.Beta.AssistantStreamEvent): string {
  if (event.event !== 'thread.message.delta') return '';
  return (event.data.delta.content ?? [])
    .map((part) => (part.type === 'text' ? (part.text?.value ?? '') : ''))
    .join('');
}

describe.each(EVERY_SDK)('a stream that broke off, through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL });
  const { assistants, threads } = client.beta;

  it('is read again from its first event, while the run goes on and after its end', async () => {
    upstream.script({ text: ['One', ' two', ' three', ' four'], delayMs: 30 });
    const assistant = await assistants.create({ model, instructions: 'Count.' });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Please' }] });
    let runId = '';
    for await (const event of await threads.runs.create(thread.id, { assistant_id: assistant.id, stream: true })) {
      if (event.event === 'thread.run.created') runId = event.data.id;
      if (textOf(event) !== '') break;
    }
    for (const _ of ['while it goes on', 'after its end']) {
      let text = '';
      const events: string[] = [];
      for await (const event of await client.get(`/threads/${thread.id}/runs/${runId}/events`, { stream: true })) {
        events.push(event.event);
        text += textOf(event);
      }
      expect(text).toBe('One two three four');
      expect([events[0], events.at(-1)]).toEqual(['thread.run.created', 'thread.run.completed']);
    }
  });
});

describe('the events of a run', () => {
  async function begin(): Promise<{ path: string; run: () => Promise<Run> }> {
    const { id: assistant_id } = await api.post<Assistant>('/assistants', {
      model,
      tools: [{ type: 'function', function: { name: 'f' } }],
    });
    const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
    const { id } = await api.post<Run>(`/threads/${thread.id}/runs`, { assistant_id });
    const path = `/threads/${thread.id}/runs/${id}`;
    return { path, run: () => api.get<Run>(path) };
  }

  const read = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
    (await fetch(server.baseURL + path, { headers })).text();

  it('are numbered, and given from any of them on: by Last-Event-ID, as browsers ask, or by a parameter', async () => {
    upstream.script({ text: ['One', ' two'] });
    const { path, run } = await begin();
    await expect.poll(run).toMatchObject({ status: 'completed' });
    const all = await read(`${path}/events`);
    const frames = all.split('\n\n');
    expect(frames[0]).toMatch(/^id: 1\nevent: thread\.run\.created\ndata: \{/);
    const third = frames.slice(3).join('\n\n');
    expect(await read(`${path}/events?after=3`)).toBe(third);
    expect(await read(`${path}/events`, { 'last-event-id': '3' })).toBe(third);
    // Who connects again by itself sends the same query.
    expect(await read(`${path}/events?after=1`, { 'last-event-id': '3' })).toBe(third);
    expect(all).toMatch(/event: done\ndata: \[DONE\]\n\n$/);
  });

  it('are those of the whole run, also where it waited for its client', async () => {
    upstream.script({ toolCalls: [{ id: 'call_1', name: 'f', arguments: ['{}'] }] }, { text: ['Thanks'] });
    const { path, run } = await begin();
    await expect.poll(run).toMatchObject({ status: 'requires_action' });
    const waiting = await read(`${path}/events`);
    expect(waiting.match(/event: \S+/g)!.slice(-2)).toEqual(['event: thread.run.requires_action', 'event: done']);
    const following = read(`${path}/events`);
    await sleep(20);
    await api.post(`${path}/submit_tool_outputs`, { tool_outputs: [{ tool_call_id: 'call_1', output: 'x' }] });
    await following;
    await expect.poll(run).toMatchObject({ status: 'completed' });
    const whole = await read(`${path}/events`);
    expect(whole.match(/event: done/g)).toHaveLength(1);
    expect(whole).toContain('thread.run.requires_action');
    expect(whole).toContain('thread.run.completed');
  });

  it.each([
    ['?after=x', {}, "Invalid type for 'after'"],
    ['?after=-1', {}, "Invalid 'after': integer below minimum value"],
    ['', { 'last-event-id': 'x' }, "Invalid type for 'after'"],
  ])('are refused from %s %j', async (query, headers, message) => {
    upstream.script({ text: ['One'] });
    const { path } = await begin();
    const response = await fetch(`${server.baseURL}${path}/events${query}`, { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: 'after', message: expect.stringContaining(message) as string },
    });
  });

  it('of a run that is not there are refused', async () => {
    const { id } = await api.post<Thread>('/threads');
    const response = await fetch(`${server.baseURL}/threads/${id}/runs/run_none/events`);
    expect(response.status).toBe(404);
  });
});
