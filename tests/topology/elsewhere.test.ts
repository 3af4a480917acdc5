import type { Message, Run, RunStep } from '@cogitator-ai/openai-protocol';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOf } from './clients/texts.ts';
import { type Cluster, openCluster, STORES, untilEnded } from './replicas/open-cluster.ts';
import { answerTo, type Plan } from './upstream/plan.ts';

/** Which of the servers: two that answer clients, and one that advances runs. */
const [FIRST, SECOND] = [0, 1];

const plan: Plan = { key: 'there', steps: 1, words: 40, delayMs: 15 };

describe.each(STORES)('a run that a worker advances, on $name', ({ startStore }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await openCluster({ startStore, roles: ['api', 'api', 'worker'] });
  });
  afterAll(() => cluster.remove());

  it('is streamed by the server that was asked, without a gap', async () => {
    const path = await cluster.question(plan);
    const { reading, ended } = await cluster.stream(path, FIRST);
    await ended;
    expect(reading).toMatchObject({ status: 'completed', isDone: true, text: answerTo(plan), errors: [] });
    expect(reading.created).toHaveLength(1);
    expect(await answersOf(cluster.api, path)).toEqual([answerTo(plan)]);
  });

  it('is retrieved anywhere, and followed anywhere: from its first event, and from any other', async () => {
    const path = await cluster.question(plan);
    const { ended, path: runPath } = await cluster.stream(path, FIRST);
    expect(await cluster.at(SECOND).get<Run>(runPath)).toMatchObject({ status: 'in_progress' });
    const whole = await cluster.follow(runPath, SECOND);
    await Promise.all([ended, whole.ended]);
    expect(whole.reading).toMatchObject({ status: 'completed', isDone: true, text: answerTo(plan) });
    // Again after its end.
    const again = await cluster.follow(runPath, FIRST);
    await again.ended;
    expect(again.reading).toMatchObject({ text: answerTo(plan), lastId: whole.reading.lastId, isDone: true });
    const rest = await cluster.follow(runPath, FIRST, again.reading.lastId! - 10);
    await rest.ended;
    expect(rest.reading).toMatchObject({ status: 'completed', isDone: true });
    expect(answerTo(plan).endsWith(rest.reading.text)).toBe(true);
    expect(rest.reading.text.length).toBeLessThan(answerTo(plan).length);
  });

  it('is cancelled anywhere: its readers are told, and its model is left', async () => {
    const path = await cluster.question({ ...plan, words: 1000 });
    const { reading, ended, path: runPath } = await cluster.stream(path, FIRST);
    const asked = cluster.upstream.requests.at(-1)!;
    expect(await cluster.at(SECOND).post<Run>(`${runPath}/cancel`, {})).toMatchObject({ status: 'cancelling' });
    await ended;
    expect(reading).toMatchObject({ status: 'cancelled', isDone: true });
    await expect.poll(() => asked.aborted, { timeout: 5000 }).toBe(true);
    const { data } = await cluster.api.get<{ data: Message[] }>(`${path}/messages?limit=1`);
    expect(data).toMatchObject([{ status: 'incomplete', content: [{ text: { value: reading.text } }] }]);
  });

  it('is given outputs anywhere, and goes on', async () => {
    const tools = [{ type: 'function', function: { name: 'theirs' } }];
    const { id } = await cluster.api.create<{ id: string }>('/assistants', { model: 'test-model', tools });
    cluster.upstream.script({ toolCalls: [{ id: 'call_1', name: 'theirs', arguments: ['{}'] }] });
    const path = await cluster.question({ ...plan, steps: 0 });
    const { id: runId } = await cluster.api.create<Run>(`${path}/runs`, { assistant_id: id });
    const runPath = `${path}/runs/${runId}`;
    expect(await untilEnded(cluster.at(FIRST), runPath)).toMatchObject({ status: 'requires_action' });
    const waiting = await cluster.follow(runPath, SECOND);
    await waiting.ended;
    expect(waiting.reading).toMatchObject({ status: 'requires_action', isDone: true });
    await cluster.at(SECOND).post(`${runPath}/submit_tool_outputs`, {
      tool_outputs: [{ tool_call_id: 'call_1', output: 'x' }],
    });
    const after = await cluster.follow(runPath, FIRST, waiting.reading.lastId!);
    await after.ended;
    expect(after.reading).toMatchObject({ status: 'completed', text: answerTo(plan), isDone: true });
    // The whole of it in one: where it waited is no end any more.
    const whole = await cluster.follow(runPath, SECOND);
    await whole.ended;
    expect(whole.reading).toMatchObject({ status: 'completed', text: answerTo(plan), isDone: true });
    const { data } = await cluster.api.get<{ data: RunStep[] }>(`${runPath}/steps`);
    expect(data.map(({ type, status }) => [type, status])).toEqual([
      ['message_creation', 'completed'],
      ['tool_calls', 'completed'],
    ]);
  });

  it('is followed with the official SDK', async () => {
    const path = await cluster.question(plan);
    const { ended, path: runPath } = await cluster.stream(path, FIRST);
    const client = new OpenAI({ baseURL: `${cluster.replicas[SECOND]!.url}/v1`, apiKey: 'none' });
    const events = await client.get<AsyncIterable<OpenAI.Beta.AssistantStreamEvent>>(`${runPath}/events`, {
      stream: true,
    });
    let text = '';
    for await (const { event, data } of events) {
      if (event !== 'thread.message.delta') continue;
      for (const part of data.delta.content ?? []) if (part.type === 'text') text += part.text?.value ?? '';
    }
    await ended;
    expect(text).toBe(answerTo(plan));
  });

  it('is not looked for where only runs are advanced', async () => {
    const [worker] = cluster.replicas.slice(-1);
    expect((await fetch(`${worker!.url}/v1/assistants`)).status).toBe(404);
    expect((await fetch(`${worker!.url}/ready`)).status).toBe(200);
  });
});
