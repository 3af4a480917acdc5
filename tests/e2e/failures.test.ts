import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
const { upstream, model } = server;
beforeEach(() => upstream.reset());
afterAll(() => server.close());

/** Asked to come back at once, so that the tries the server makes on its own take no time. */
const failWith = (status: number, message: string, code?: string) => ({
  error: { status, headers: { 'retry-after': '0' }, body: { error: { message, code } } },
});

describe.each(EVERY_SDK)('a model that fails, through openai $major', (sdk) => {
  const { assistants, threads } = sdk.createClient({ baseURL: server.baseURL }).beta;
  const { messages, runs } = threads;

  async function begin(): Promise<{ assistant_id: string; threadId: string }> {
    const assistant = await assistants.create({ model });
    const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
    return { assistant_id: assistant.id, threadId: thread.id };
  }

  /** The thread takes messages and runs again. */
  async function expectFree(threadId: string, assistant_id: string): Promise<void> {
    upstream.reset();
    await messages.create(threadId, { role: 'user', content: 'Once more' });
    const run = await runs.stream(threadId, { assistant_id }).finalRun();
    expect(run.status).toBe('completed');
  }

  describe.each([
    ['with a 500', failWith(500, 'Out of order'), 'server_error', /Out of order/],
    ['with a 503', failWith(503, 'Loading'), 'server_error', /Loading/],
    ['with too many requests', failWith(429, 'Slow down'), 'rate_limit_exceeded', /Slow down/],
    ['with an empty account', failWith(429, 'No credit', 'insufficient_quota'), 'rate_limit_exceeded', /No credit/],
    ['with a refusal of the prompt', failWith(400, 'Image unreadable'), 'invalid_prompt', /Image unreadable/],
    ['to let us in', failWith(401, 'Who are you?'), 'server_error', /./],
  ])('%s', (_, reply, code, message) => {
    it('fails the run, which is an answer and not an error', async () => {
      upstream.script(reply, reply, reply);
      const { assistant_id, threadId } = await begin();
      const stream = runs.stream(threadId, { assistant_id });
      const names: string[] = [];
      stream.on('event', ({ event }) => names.push(event));
      const run = await stream.finalRun();
      expect(names).toEqual(['thread.run.created', 'thread.run.queued', 'thread.run.in_progress', 'thread.run.failed']);
      expect(run).toMatchObject({
        status: 'failed',
        last_error: { code, message: expect.stringMatching(message) },
        failed_at: expect.any(Number),
        completed_at: null,
        expires_at: null,
        usage: expect.toSatisfy((usage) => usage === null || usage.total_tokens === 0),
      });
      expect(await runs.retrieve(run.id, { thread_id: threadId })).toEqual(run);
      expect((await messages.list(threadId)).data).toHaveLength(1);
      await expectFree(threadId, assistant_id);
    });
  });

  it('fails a polled run just so', async () => {
    upstream.script(failWith(400, 'Image unreadable'));
    const { assistant_id, threadId } = await begin();
    expect(await runs.createAndPoll(threadId, { assistant_id })).toMatchObject({
      status: 'failed',
      last_error: { code: 'invalid_prompt' },
    });
  });

  const SAID = [
    'data: {"choices":[{"delta":{"content":"Once"}}]}\n\n',
    'data: {"choices":[{"delta":{"content":" upon"}}]}\n\n',
  ];

  it.each([
    ['breaks off', { text: ['Once', ' upon', ' a time'], breakAfter: 3 }, 3],
    ['stops without a reason', { raw: SAID }, 2],
    ['writes nonsense', { raw: [...SAID, 'data: <html>\n\n'] }, 2],
    ['tells of an error in its answer', { raw: [...SAID, 'data: {"error":{"message":"overheated"}}\n\n'] }, 2],
  ])('that %s fails the run and keeps what was said', async (_, reply, after) => {
    const heard = Promise.withResolvers<void>();
    upstream.script({ ...reply, pause: { after, until: heard.promise } });
    const { assistant_id, threadId } = await begin();
    const stream = runs.stream(threadId, { assistant_id });
    const names: string[] = [];
    stream.on('event', ({ event }) => names.push(event));
    stream.on('textDelta', (__, { value }) => {
      if (value === 'Once upon') heard.resolve();
    });
    const run = await stream.finalRun();
    expect(run).toMatchObject({ status: 'failed', last_error: { code: 'server_error' } });
    // A turn that has begun to answer is not tried again: it would be said twice.
    expect(upstream.requests).toHaveLength(1);
    expect(names.slice(-3)).toEqual(['thread.message.incomplete', 'thread.run.step.failed', 'thread.run.failed']);

    const [partial] = (await messages.list(threadId)).data;
    expect(partial).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'run_failed' },
      content: [{ type: 'text', text: { value: 'Once upon' } }],
    });
    const [step] = (await runs.steps.list(run.id, { thread_id: threadId })).data;
    expect(step).toMatchObject({
      status: 'failed',
      failed_at: expect.any(Number),
      last_error: { code: 'server_error', message: expect.any(String) },
    });

    await expectFree(threadId, assistant_id);
  });

  it('once is asked again, and nobody notices', async () => {
    upstream.script(failWith(500, 'Restarting'), { text: ['Here.'] });
    const { assistant_id, threadId } = await begin();
    expect(await runs.createAndPoll(threadId, { assistant_id })).toMatchObject({ status: 'completed' });
    expect(upstream.requests).toHaveLength(2);
  });
});
