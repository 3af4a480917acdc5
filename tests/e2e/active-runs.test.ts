import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import type { SdkError } from './sdk/sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
const { upstream, model } = server;
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const CALL = { toolCalls: [{ id: 'call_one', name: 'ask', arguments: ['{}'] }] };

describe.each(EVERY_SDK)('active runs through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL });
  const { assistants, threads } = client.beta;
  const { messages, runs } = threads;

  async function begin(): Promise<{ assistant_id: string; threadId: string; of: { thread_id: string } }> {
    const assistant = await assistants.create({ model, tools: [{ type: 'function', function: { name: 'ask' } }] });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
    return { assistant_id: assistant.id, threadId: thread.id, of: { thread_id: thread.id } };
  }

  /** The thread takes messages and runs again. */
  async function expectFree(threadId: string, assistant_id: string): Promise<void> {
    upstream.reset();
    await messages.create(threadId, { role: 'user', content: 'Go on' });
    const run = await runs.createAndPoll(threadId, { assistant_id });
    expect(run.status).toBe('completed');
    const [answer] = (await messages.list(threadId, { limit: 1 })).data;
    expect(answer!.content).toMatchObject([{ text: { value: 'You said: Go on' } }]);
  }

  describe('cancelled', () => {
    it('while they are streamed, by somebody else', async () => {
      upstream.script({ text: ['Once', ' upon'], pause: { after: 2, until: never() } });
      const { assistant_id, threadId, of } = await begin();
      const stream = runs.stream(threadId, { assistant_id });
      const runId = await new Promise<string>((resolve) => {
        stream.on('textDelta', () => void runs.list(threadId).then(({ data }) => resolve(data[0]!.id)));
      });

      const other = sdk.createClient({ baseURL: server.baseURL }).beta.threads.runs;
      const cancelling = await other.cancel(runId, of);
      expect(cancelling).toMatchObject({ id: runId, status: 'cancelling', cancelled_at: null, completed_at: null });

      const run = await stream.finalRun();
      expect(run).toMatchObject({
        id: runId,
        status: 'cancelled',
        cancelled_at: expect.any(Number),
        completed_at: null,
        expires_at: null,
        last_error: null,
      });
      expect(await runs.poll(runId, of)).toEqual(run);
      await expect.poll(() => upstream.requests[0]!.aborted).toBe(true);

      const [partial] = (await messages.list(threadId)).data;
      expect(partial).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'run_cancelled' },
        incomplete_at: expect.any(Number),
        completed_at: null,
        content: [{ type: 'text', text: { value: 'Once' } }],
      });
      const [step] = (await runs.steps.list(runId, of)).data;
      expect(step).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(Number), completed_at: null });
      await expectFree(threadId, assistant_id);
    });

    it('before the model has answered at all', async () => {
      upstream.script({ hang: true });
      const { assistant_id, threadId, of } = await begin();
      const { id } = await runs.create(threadId, { assistant_id });
      await expect.poll(() => upstream.requests.length).toBe(1);
      expect(await runs.cancel(id, of)).toMatchObject({ status: 'cancelling' });
      expect(await runs.poll(id, of)).toMatchObject({ status: 'cancelled', usage: expect.any(Object) });
      await expect.poll(() => upstream.requests[0]!.aborted).toBe(true);
      expect((await messages.list(threadId)).data).toHaveLength(1);
      await expectFree(threadId, assistant_id);
    });

    it('while they wait for their client', async () => {
      upstream.script(CALL);
      const { assistant_id, threadId, of } = await begin();
      const { id } = await runs.createAndPoll(threadId, { assistant_id });
      expect(await runs.cancel(id, of)).toMatchObject({ status: 'cancelling', required_action: null });
      expect(await runs.poll(id, of)).toMatchObject({ status: 'cancelled', required_action: null, expires_at: null });
      const [step] = (await runs.steps.list(id, of)).data;
      expect(step).toMatchObject({ type: 'tool_calls', status: 'cancelled' });

      const submit = runs.submitToolOutputs(id, { ...of, tool_outputs: [{ tool_call_id: 'call_one', output: 'x' }] });
      await expect(submit).rejects.toMatchObject({
        status: 400,
        error: { message: 'Runs in status "cancelled" do not accept tool outputs.', code: null, param: null },
      });
      await expectFree(threadId, assistant_id);
    });

    it('are not cancelled twice, nor once they have ended, and nothing is tried again', async () => {
      const { assistant_id, threadId, of } = await begin();
      const { id } = await runs.createAndPoll(threadId, { assistant_id });
      let requests = 0;
      const counting = sdk.createClient({
        baseURL: server.baseURL,
        fetch: (...request) => {
          requests++;
          return fetch(...request);
        },
      });
      await expect(counting.beta.threads.runs.cancel(id, of)).rejects.toMatchObject({
        status: 400,
        error: {
          message: "Cannot cancel run with status 'completed'.",
          type: 'invalid_request_error',
          code: null,
          param: null,
        },
      });
      expect(requests).toBe(1);
      expect(await runs.retrieve(id, of)).toMatchObject({ status: 'completed', cancelled_at: null });
    });
  });

  describe('lock their thread', () => {
    it.each([
      ['while the model answers', { hang: true }, 'in_progress'],
      ['while they wait for their client', CALL, 'requires_action'],
    ])('%s: one request, one refusal with both ids', async (_, reply, status) => {
      upstream.script(reply);
      const { assistant_id, threadId, of } = await begin();
      const { id } = await runs.create(threadId, { assistant_id });
      await expect.poll(async () => (await runs.retrieve(id, of)).status).toBe(status);

      let requests = 0;
      const impatient = sdk.createClient({
        baseURL: server.baseURL,
        fetch: (...request) => {
          requests++;
          return fetch(...request);
        },
      }).beta.threads;
      const refused = async (call: () => Promise<unknown>, message: string): Promise<void> => {
        requests = 0;
        const error = await call().then(
          () => expect.fail('accepted'),
          (reason: SdkError) => reason,
        );
        expect(error).toBeInstanceOf(sdk.errors.BadRequestError);
        expect(error).toMatchObject({ status: 400, code: null, param: null });
        expect(error.error).toEqual({ message, type: 'invalid_request_error', param: null, code: null });
        expect(requests).toBe(1);
      };
      const busy = `Thread ${threadId} already has an active run ${id}.`;
      await refused(() => impatient.runs.create(threadId, { assistant_id }), busy);
      await refused(() => impatient.runs.create(threadId, { assistant_id, stream: true }), busy);
      await refused(() => impatient.runs.stream(threadId, { assistant_id }).finalRun(), busy);
      await refused(
        () =>
          impatient.runs.create(threadId, {
            assistant_id,
            additional_messages: [{ role: 'user', content: 'Me too' }],
          }),
        busy,
      );
      // Whatever else is wrong: it is this text that clients wait by.
      const tool_choice = { type: 'function' as const, function: { name: 'unknown' } };
      await refused(() => impatient.runs.create(threadId, { assistant_id, tool_choice }), busy);
      await refused(
        () => impatient.messages.create(threadId, { role: 'user', content: 'Me too' }),
        `Can't add messages to ${threadId} while a run ${id} is active.`,
      );
      expect((await messages.list(threadId)).data).toHaveLength(1);
      expect((await runs.list(threadId)).data.map((run) => run.id)).toEqual([id]);

      // Everything else goes on.
      expect(await threads.update(threadId, { metadata: { a: 'b' } })).toMatchObject({ metadata: { a: 'b' } });
      expect(await runs.update(id, { ...of, metadata: { c: 'd' } })).toMatchObject({ metadata: { c: 'd' }, status });
      expect((await messages.list(threadId)).data).toHaveLength(1);
      await runs.cancel(id, of);
      await runs.poll(id, of);
      expect(await runs.retrieve(id, of)).toMatchObject({ status: 'cancelled', metadata: { c: 'd' } });
      await expectFree(threadId, assistant_id);
    });

    it('against all but one of many that come at once', async () => {
      upstream.script({ hang: true });
      const { assistant_id, threadId, of } = await begin();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => runs.create(threadId, { assistant_id })),
      );
      const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const refused = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as SdkError] : [],
      );
      expect(started).toHaveLength(1);
      const { id } = started[0]!;
      const busy = { message: `Thread ${threadId} already has an active run ${id}.` };
      expect(refused.map(({ status, error }) => ({ status, error }))).toEqual(
        refused.map(() => ({ status: 400, error: expect.objectContaining(busy) })),
      );
      await runs.cancel(id, of);
      await runs.poll(id, of);
    });
  });

  it('end with their thread', async () => {
    upstream.script({ text: ['Once', ' upon'], pause: { after: 2, until: never() } });
    const { assistant_id, threadId, of } = await begin();
    const stream = await runs.create(threadId, { assistant_id, stream: true });
    const names: string[] = [];
    let runId = '';
    for await (const { event, data } of stream) {
      names.push(event);
      if (event === 'thread.run.created') runId = data.id;
      if (event === 'thread.message.delta') await threads.delete(threadId);
    }
    expect(names.slice(names.indexOf('thread.message.delta') + 1)).toEqual([
      'thread.run.cancelling',
      'thread.message.incomplete',
      'thread.run.step.cancelled',
      'thread.run.cancelled',
    ]);
    await expect.poll(() => upstream.requests[0]!.aborted).toBe(true);
    await expect(runs.retrieve(runId, of)).rejects.toMatchObject({
      status: 404,
      error: { message: `No thread found with id '${threadId}'.` },
    });
  });

  it('leave to clients what they do to the message that is being written', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Still', ' here', '.'], pause: { after: 2, until: release.promise } });
    const { assistant_id, threadId, of } = await begin();
    const stream = await runs.create(threadId, { assistant_id, stream: true });
    let told: unknown;
    let messageId = '';
    for await (const { event, data } of stream) {
      if (event === 'thread.message.completed') told = data;
      if (event !== 'thread.message.delta' || messageId !== '') continue;
      messageId = data.id;
      await messages.update(messageId, { ...of, metadata: { seen: 'yes' } });
      release.resolve();
    }
    expect(told).toMatchObject({ metadata: { seen: 'yes' }, content: [{ text: { value: 'Still here.' } }] });
    expect(await messages.retrieve(messageId, of)).toEqual(told);
    await expectFree(threadId, assistant_id);
  });

  it('are completed though a client deletes the message that is being written', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Still', ' here', '.'], pause: { after: 2, until: release.promise } });
    const { assistant_id, threadId, of } = await begin();
    const stream = await runs.create(threadId, { assistant_id, stream: true });
    const names: string[] = [];
    for await (const { event, data } of stream) {
      names.push(event);
      if (event !== 'thread.message.delta' || names.filter((name) => name === event).length > 1) continue;
      await messages.delete(data.id, of);
      release.resolve();
    }
    expect(names.slice(-3)).toEqual(['thread.message.completed', 'thread.run.step.completed', 'thread.run.completed']);
    expect((await messages.list(threadId)).data.map(({ role }) => role)).toEqual(['user']);
    await expectFree(threadId, assistant_id);
  });

  it('go on without the client that streamed them', async () => {
    const release = Promise.withResolvers<void>();
    upstream.script({ text: ['Still', ' here', '.'], pause: { after: 2, until: release.promise } });
    const { assistant_id, threadId } = await begin();
    const leaving = new AbortController();
    const stream = await runs.create(threadId, { assistant_id, stream: true }, { signal: leaving.signal });
    for await (const event of stream) if (event.event === 'thread.message.delta') break;
    leaving.abort();

    // The server has seen the client go before the model goes on.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [run] = (await runs.list(threadId)).data;
    expect(run).toMatchObject({ status: 'in_progress' });
    release.resolve();
    expect(await runs.poll(run!.id, { thread_id: threadId })).toMatchObject({ status: 'completed' });
    expect(upstream.requests[0]!.aborted).toBe(false);
    const [answer] = (await messages.list(threadId)).data;
    expect(answer).toMatchObject({
      status: 'completed',
      content: [{ type: 'text', text: { value: 'Still here.', annotations: [] } }],
    });
  });
});

function never(): Promise<never> {
  return new Promise(() => {});
}
