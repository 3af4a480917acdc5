import type { Assistant, Run, RunStep, Thread } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startEngineServer } from './server/start-engine-server.ts';
import { connectApi } from './wire/api.ts';
import { namesOf, theDataOf } from './wire/event-stream.ts';
import { openMessageStep, RUN_BEGINS } from './wire/expected-events.ts';

const LIFETIME_MS = 1000;
const server = await startEngineServer({ limits: { runLifetimeMs: LIFETIME_MS }, sweepIntervalMs: 1 });
const lazyServer = await startEngineServer({ limits: { runLifetimeMs: LIFETIME_MS }, sweepIntervalMs: 600_000 });
afterAll(async () => {
  await server.close();
  await lazyServer.close();
});

const CALL = { toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{}'] }] };
const OUTPUT = { tool_outputs: [{ tool_call_id: 'call_A', output: 'late' }] };

async function begin(api = connectApi(server.baseURL)): Promise<{ path: string; messages: string; body: object }> {
  const { id: assistant_id } = await api.post<Assistant>('/assistants', {
    model: server.model,
    tools: [{ type: 'function', function: { name: 'f' } }],
  });
  const { id } = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
  return { path: `/threads/${id}/runs`, messages: `/threads/${id}/messages`, body: { assistant_id } };
}

// One script for all: tests that share an upstream follow one another.
describe('a run whose time is up', () => {
  it('ends its stream in order, and the model is left alone', async () => {
    const api = connectApi(server.baseURL);
    server.upstream.script({ text: ['Once', ' upon'], pause: { after: 2, until: new Promise(() => {}) } });
    const { path, messages, body } = await begin();
    const startedAt = performance.now();
    const events = await api.transcript(path, body);
    expect(performance.now() - startedAt).toBeGreaterThan(LIFETIME_MS - 20);
    expect(namesOf(events)).toEqual([
      ...RUN_BEGINS,
      ...openMessageStep(1),
      'thread.message.incomplete',
      'thread.run.step.expired',
      'thread.run.expired',
      'done',
    ]);
    expect(theDataOf(events, 'thread.message.incomplete')).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'run_expired' },
      content: [{ type: 'text', text: { value: 'Once', annotations: [] } }],
    });
    expect(theDataOf(events, 'thread.run.step.expired')).toMatchObject({
      status: 'expired',
      expired_at: expect.any(Number),
    });
    const run = theDataOf(events, 'thread.run.expired');
    expect(run).toMatchObject({ status: 'expired', completed_at: null, failed_at: null, last_error: null });
    expect(await api.get(`${path}/${run.id}`)).toEqual(run);
    await expect.poll(() => server.upstream.requests[0]!.aborted).toBe(true);
    await api.post(messages, { role: 'user', content: 'Again' });
  });

  it('while it waits for its client gives the thread back, though nobody asks', async () => {
    const api = connectApi(server.baseURL);
    server.upstream.script(CALL);
    const { path, messages, body } = await begin();
    const { id } = theDataOf(await api.transcript(path, body), 'thread.run.requires_action');
    await sleep(LIFETIME_MS + 200);
    // A list is read as it is stored.
    expect((await api.get<{ data: Run[] }>(path)).data).toMatchObject([{ id, status: 'expired' }]);
    await api.post(messages, { role: 'user', content: 'Again' });
    expect(await api.get<Run>(`${path}/${id}`)).toMatchObject({ status: 'expired', required_action: null });
    const steps = await api.get<{ data: RunStep[] }>(`${path}/${id}/steps`);
    expect(steps.data).toMatchObject([{ type: 'tool_calls', status: 'expired', expired_at: expect.any(Number) }]);
    const late = await api.send('POST', `${path}/${id}/submit_tool_outputs`, { body: OUTPUT });
    expect(late.status).toBe(400);
    expect(JSON.parse(late.body.toString())).toEqual({
      error: {
        message: 'Runs in status "expired" do not accept tool outputs.',
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    });
    const cancelled = await api.send('POST', `${path}/${id}/cancel`);
    expect(JSON.parse(cancelled.body.toString())).toMatchObject({
      error: { message: "Cannot cancel run with status 'expired'." },
    });
  });

  it('is seen as expired by whoever comes first, before any sweep', async () => {
    const api = connectApi(lazyServer.baseURL);
    lazyServer.upstream.script(CALL, CALL, CALL, CALL, CALL);
    const runs = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const begun = await begin(api);
        const { id } = theDataOf(await api.transcript(begun.path, begun.body), 'thread.run.requires_action');
        return { ...begun, id };
      }),
    );
    await sleep(LIFETIME_MS + 50);
    const [read, written, started, submitted, cancelled] = runs as [
      (typeof runs)[0],
      (typeof runs)[0],
      (typeof runs)[0],
      (typeof runs)[0],
      (typeof runs)[0],
    ];
    expect(await api.get<Run>(`${read.path}/${read.id}`)).toMatchObject({ status: 'expired' });
    await api.post(written.messages, { role: 'user', content: 'Again' });
    expect(await api.post<Run>(started.path, started.body)).toMatchObject({ status: 'queued' });
    const late = await api.send('POST', `${submitted.path}/${submitted.id}/submit_tool_outputs`, { body: OUTPUT });
    expect(late.status).toBe(400);
    expect(late.body.toString()).toContain('Runs in status \\"expired\\" do not accept tool outputs.');
    const cancel = await api.send('POST', `${cancelled.path}/${cancelled.id}/cancel`);
    expect(cancel.status).toBe(400);
    expect(cancel.body.toString()).toContain("Cannot cancel run with status 'expired'.");
    for (const { path, id } of [written, started, submitted]) {
      expect(await api.get<Run>(`${path}/${id}`)).toMatchObject({ status: 'expired', required_action: null });
    }
  });
});
