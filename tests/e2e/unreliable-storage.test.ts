import type { Assistant, Message, Run, Thread } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { sumFaults } from './interleavings/sum-of-deltas.ts';
import { openTestStorage } from './server/open-test-storage.ts';
import { startEngineServer } from './server/start-engine-server.ts';
import { makeUnreliable } from './server/unreliable-storage.ts';
import { connectApi } from './wire/api.ts';

const unreliable = makeUnreliable(await openTestStorage());
const server = await startEngineServer({ storage: unreliable.storage, mayFail: true });
const api = connectApi(server.baseURL);
beforeEach(() => server.upstream.reset());
afterAll(() => server.close());

async function makeAssistant(): Promise<string> {
  return (await api.post<Assistant>('/assistants', { model: server.model })).id;
}

/** Makes a thread to run. */
async function prepare(): Promise<string> {
  const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
  return `/threads/${thread.id}`;
}

async function begin(): Promise<{ path: string; run: () => Promise<Run> }> {
  const assistant_id = await makeAssistant();
  const path = await prepare();
  const { id } = await api.post<Run>(`${path}/runs`, { assistant_id });
  return { path, run: () => api.get<Run>(`${path}/runs/${id}`) };
}

describe('a run whose store is out of reach for a moment', () => {
  it.each([
    ['it is looked at first', { method: 'get', when: /"kind":"run"/ }],
    ['it is begun', { method: 'commit', when: /thread\.run\.in_progress/ }],
    ['it was begun, and only the answer is lost', { method: 'commit', when: /thread\.run\.in_progress/, done: true }],
    ['the end is written', { method: 'commit', when: /thread\.run\.completed/ }],
    [
      'the end was written, and only the answer is lost',
      { method: 'commit', when: /thread\.run\.completed/, done: true },
    ],
    ['the end is written, three times', { method: 'commit', when: /thread\.run\.completed/, times: 3 }],
    ['its events are set to be forgotten', { method: 'events.finish' }],
  ])('when %s: ends as it should', async (_, { method, ...fault }) => {
    server.upstream.script({ text: ['Once', ' upon'] });
    unreliable.fail(method, fault);
    const { path, run } = await begin();
    await expect.poll(run, { timeout: 5000 }).toMatchObject({ status: 'completed' });
    const { data } = await api.get<{ data: Message[] }>(`${path}/messages?limit=1`);
    expect(data).toMatchObject([{ status: 'completed', content: [{ text: { value: 'Once upon' } }] }]);
    await api.post(`${path}/messages`, { role: 'user', content: 'Again' });
  });

  it('when it was made, and only the answer is lost: ends as it should, though nobody knows of it', async () => {
    server.upstream.script({ text: ['Once', ' upon'] });
    const assistant_id = await makeAssistant();
    const path = await prepare();
    unreliable.fail('commit', { when: /thread\.run\.created/, done: true });
    expect((await api.send('POST', `${path}/runs`, { body: { assistant_id } })).status).toBe(503);
    const runs = (): Promise<{ data: Run[] }> => api.get(`${path}/runs`);
    await expect.poll(runs, { timeout: 5000 }).toMatchObject({ data: [{ status: 'completed' }] });
    await api.post(`${path}/messages`, { role: 'user', content: 'Again' });
  });

  it.each([
    ['are written', {}],
    ['were written, and only the answer is lost', { done: true }],
    ['are written, and again when it is claimed anew', {}, {}],
    ['were written and it was claimed anew, and only the answers are lost', { done: true }, { done: true }],
  ])('when its last words %s: tells them once and ends as it should', async (_, writing, claiming?) => {
    const sent = Promise.withResolvers<void>();
    server.upstream.script({ text: ['Once', ' upon', ' a time'], pause: { after: 1, until: sent.promise } });
    const path = await prepare();
    // They wait until the run has ended but for them.
    const release = unreliable.hold('commit', { when: /thread\.message\.created/ });
    unreliable.fail('commit', { when: / upon/, ...writing });
    if (claiming) unreliable.fail('commit', { when: /"write":"put".*"fence":2,.*"events":\[\]/, ...claiming });
    const told = api.transcript(`${path}/runs`, { assistant_id: await makeAssistant() });
    await expect.poll(() => server.upstream.requests.length).toBe(1);
    sent.resolve();
    await server.upstream.requests[0]!.closed;
    await sleep(50);
    release();
    const events = await told;
    expect(sumFaults(events)).toEqual([]);
    expect(events.at(-2)).toMatchObject({ event: 'thread.run.completed' });
    expect(unreliable.pending).toBe(0);
    const { data } = await api.get<{ data: Message[] }>(`${path}/messages?limit=1`);
    expect(data).toMatchObject([{ status: 'completed', content: [{ text: { value: 'Once upon a time' } }] }]);
  });

  it('when a piece of its answer is written: has the model go on behind what was told', async () => {
    server.upstream.script(
      { text: ['Once', ' upon', ' a time'], pause: { after: 3, until: new Promise(() => {}) } },
      { text: [' upon', ' a midnight'] },
    );
    unreliable.fail('events.append', { when: / upon/ });
    const path = await prepare();
    const events = await api.transcript(`${path}/runs`, { assistant_id: await makeAssistant() });
    expect(sumFaults(events)).toEqual([]);
    expect(events.at(-2)).toMatchObject({ event: 'thread.run.completed' });
    const { data } = await api.get<{ data: Message[] }>(`${path}/messages`);
    expect(data).toMatchObject([
      { status: 'completed', content: [{ text: { value: 'Once upon a midnight' } }] },
      { role: 'user' },
    ]);
    const [first, second] = server.upstream.requests;
    expect(second!.body.messages.slice(-2)).toMatchObject([
      { role: 'assistant', content: 'Once' },
      { role: 'user', content: expect.stringMatching(/^Your last message was cut off/) as string },
    ]);
    await expect.poll(() => first!.aborted).toBe(true);
    await api.post(`${path}/messages`, { role: 'user', content: 'Again' });
  });
});

describe('a run that others change at the same moment', () => {
  it('is advanced, cancelled and expired all the same', async () => {
    const { id: assistant_id } = await api.post<Assistant>('/assistants', {
      model: server.model,
      tools: [{ type: 'function', function: { name: 'f' } }],
    });
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        server.upstream.script({ toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{}'] }] });
        const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
        const path = `/threads/${thread.id}/runs`;
        const { id } = await api.post<Run>(path, { assistant_id });
        const run = (): Promise<Run> => api.get<Run>(`${path}/${id}`);
        await expect.poll(run, { timeout: 10_000 }).toMatchObject({ status: 'requires_action' });
        const change = (): Promise<Run> => api.post<Run>(`${path}/${id}`, { metadata: { index: String(index) } });
        const body = { tool_outputs: [{ tool_call_id: 'call_A', output: 'x' }] };
        const action =
          index % 2 ? api.post(`${path}/${id}/cancel`) : api.post(`${path}/${id}/submit_tool_outputs`, body);
        await Promise.all([change(), action, change(), change()]);
        const status = index % 2 ? 'cancelled' : 'completed';
        await expect.poll(run, { timeout: 10_000 }).toMatchObject({ status, metadata: { index: String(index) } });
      }),
    );
  });

  it('answers many who change one thing at once', async () => {
    const { id } = await api.post<Thread>('/threads');
    const changes = Array.from({ length: 60 }, (_, index) =>
      api.post<Thread>(`/threads/${id}`, { metadata: { index: String(index) } }),
    );
    expect(new Set((await Promise.all(changes)).map(({ metadata }) => metadata['index'])).size).toBe(60);
  });
});
