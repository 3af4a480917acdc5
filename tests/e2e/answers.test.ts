import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const server = await startTestServer();
const { upstream, model } = server;
beforeEach(() => upstream.reset());
afterAll(() => server.close());

describe.each(EVERY_SDK)('answers through openai $major', (sdk) => {
  const { assistants, threads } = sdk.createClient({ baseURL: server.baseURL }).beta;
  const { messages, runs } = threads;

  describe('polled', () => {
    it('are there when the run is completed', async () => {
      upstream.script({ text: ['Hello', ' Alex', '.'], usage: { prompt_tokens: 12, completion_tokens: 3 } });
      const assistant = await assistants.create({ model, instructions: 'Be kind.', metadata: { kind: 'greeter' } });
      const thread = await threads.create();
      const question = await messages.create(thread.id, { role: 'user', content: 'Hi, my name is Alex' });

      const run = await runs.createAndPoll(thread.id, { assistant_id: assistant.id, metadata: { n: '1' } });
      expect(run).toEqual({
        id: expect.stringMatching(/^run_[A-Za-z0-9]{24,}$/),
        object: 'thread.run',
        created_at: expect.any(Number),
        assistant_id: assistant.id,
        thread_id: thread.id,
        status: 'completed',
        started_at: expect.any(Number),
        expires_at: null,
        cancelled_at: null,
        failed_at: null,
        completed_at: expect.any(Number),
        required_action: null,
        last_error: null,
        model,
        instructions: 'Be kind.',
        tools: [],
        tool_resources: {},
        metadata: { n: '1' },
        temperature: 1,
        top_p: 1,
        reasoning_effort: null,
        max_completion_tokens: null,
        max_prompt_tokens: null,
        truncation_strategy: { type: 'auto', last_messages: null },
        incomplete_details: null,
        usage: {
          prompt_tokens: 12,
          completion_tokens: 3,
          total_tokens: 15,
          prompt_token_details: { cached_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
        response_format: 'auto',
        tool_choice: 'auto',
        parallel_tool_calls: true,
      });

      const { data } = await messages.list(thread.id);
      expect(data[1]).toEqual(question);
      const [answer] = data;
      expect(answer).toEqual({
        id: expect.stringMatching(/^msg_/),
        object: 'thread.message',
        created_at: expect.any(Number),
        thread_id: thread.id,
        status: 'completed',
        incomplete_details: null,
        completed_at: expect.any(Number),
        incomplete_at: null,
        role: 'assistant',
        content: [{ type: 'text', text: { value: 'Hello Alex.', annotations: [] } }],
        assistant_id: assistant.id,
        run_id: run.id,
        attachments: [],
        metadata: {},
      });
      expect((await messages.list(thread.id, { run_id: run.id })).data).toEqual([answer]);

      const steps = await runs.steps.list(run.id, { thread_id: thread.id });
      expect(steps.data).toEqual([
        {
          id: expect.stringMatching(/^step_/),
          object: 'thread.run.step',
          created_at: expect.any(Number),
          run_id: run.id,
          assistant_id: assistant.id,
          thread_id: thread.id,
          type: 'message_creation',
          status: 'completed',
          cancelled_at: null,
          completed_at: expect.any(Number),
          failed_at: null,
          expires_at: null,
          expired_at: null,
          last_error: null,
          step_details: { type: 'message_creation', message_creation: { message_id: answer!.id } },
          metadata: expect.toSatisfy((value) => value === null || Object.keys(value as object).length === 0),
          usage: run.usage,
        },
      ]);
      const [step] = steps.data;
      expect(await runs.steps.retrieve(step!.id, { thread_id: thread.id, run_id: run.id })).toEqual(step);
      expect((await runs.list(thread.id)).data).toEqual([run]);
    });

    it('know the conversation so far', async () => {
      const assistant = await assistants.create({ model, instructions: 'Remember.' });
      const thread = await threads.create();
      const ask = async (content: string): Promise<string> => {
        await messages.create(thread.id, { role: 'user', content });
        const run = await runs.createAndPoll(thread.id, { assistant_id: assistant.id });
        expect(run.status).toBe('completed');
        const [answer] = (await messages.list(thread.id, { limit: 1 })).data;
        return textOf(answer!);
      };

      expect(await ask('Hi, my name is Alex')).toBe('You said: Hi, my name is Alex');
      expect(await ask('What is my name?')).toBe('Your name is Alex.');
      expect(upstream.requests[1]!.body.messages).toEqual([
        { role: 'system', content: 'Remember.' },
        { role: 'user', content: 'Hi, my name is Alex' },
        { role: 'assistant', content: 'You said: Hi, my name is Alex' },
        { role: 'user', content: 'What is my name?' },
      ]);
    });

    it('follow the settings of the run before those of the assistant', async () => {
      const assistant = await assistants.create({ model, instructions: 'Be long.', temperature: 0.3 });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'first' }] });
      const run = await runs.createAndPoll(thread.id, {
        assistant_id: assistant.id,
        instructions: 'Be short.',
        additional_instructions: 'Be polite.',
        additional_messages: [{ role: 'user', content: 'second' }],
        temperature: 0.7,
        max_completion_tokens: 500,
        truncation_strategy: { type: 'last_messages', last_messages: 1 },
      });
      expect(run).toMatchObject({
        status: 'completed',
        instructions: 'Be short.\nBe polite.',
        temperature: 0.7,
        max_completion_tokens: 500,
        truncation_strategy: { type: 'last_messages', last_messages: 1 },
      });
      expect(upstream.requests[0]!.body).toMatchObject({
        model,
        temperature: 0.7,
        messages: [
          { role: 'system', content: 'Be short.\nBe polite.' },
          { role: 'user', content: 'second' },
        ],
      });
      const { data } = await messages.list(thread.id, { order: 'asc' });
      expect(data.map(textOf)).toEqual(['first', 'second', 'You said: second']);
    });

    it('outlive their assistant, and do not change with it', async () => {
      const assistant = await assistants.create({ model, instructions: 'Old.', tools: [] });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
      const run = await runs.createAndPoll(thread.id, { assistant_id: assistant.id });
      await assistants.update(assistant.id, { instructions: 'New.', temperature: 0 });
      expect(await runs.retrieve(run.id, { thread_id: thread.id })).toEqual(run);
      expect(run).toMatchObject({ instructions: 'Old.', temperature: 1 });

      await assistants.delete(assistant.id);
      expect(await runs.retrieve(run.id, { thread_id: thread.id })).toEqual(run);
      const [answer] = (await messages.list(thread.id)).data;
      expect(answer).toMatchObject({ assistant_id: assistant.id, run_id: run.id });
      await expect(runs.create(thread.id, { assistant_id: assistant.id })).rejects.toMatchObject({
        status: 404,
        error: { message: `No assistant found with id '${assistant.id}'.` },
      });
    });

    it('come from a thread made for the run', async () => {
      const assistant = await assistants.create({ model });
      const run = await threads.createAndRunPoll({
        assistant_id: assistant.id,
        thread: { messages: [{ role: 'user', content: 'Hello' }], metadata: { made: 'here' } },
      });
      expect(run.status).toBe('completed');
      expect(await threads.retrieve(run.thread_id)).toMatchObject({ metadata: { made: 'here' } });
      const { data } = await messages.list(run.thread_id, { order: 'asc' });
      expect(data.map(textOf)).toEqual(['Hello', 'You said: Hello']);
    });

    it('are waited for no longer than they take', async () => {
      const assistant = await assistants.create({ model });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'Hello' }] });
      const startedAt = performance.now();
      await runs.createAndPoll(thread.id, { assistant_id: assistant.id });
      // Without the server's word on it, the SDK asks every 5 s.
      expect(performance.now() - startedAt).toBeLessThan(2000);
    });
  });

  describe('streamed', () => {
    it('reach the handlers piece by piece', async () => {
      upstream.script({ text: ['Hello', ', ', '世界', ' 👋🏽'] });
      const assistant = await assistants.create({ model });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'Greet the world.' }] });

      const calls: string[] = [];
      const stream = runs.stream(thread.id, { assistant_id: assistant.id });
      stream.on('messageCreated', ({ content }) => calls.push(`message ${content.length}`));
      stream.on('textCreated', () => calls.push('text'));
      stream.on('textDelta', ({ value }, snapshot) => calls.push(`+${value} = ${snapshot.value}`));
      stream.on('textDone', ({ value }) => calls.push(`done ${value}`));
      stream.on('messageDone', ({ status }) => calls.push(`message ${status}`));
      stream.on('end', () => calls.push('end'));
      const run = await stream.finalRun();

      expect(calls.filter((call) => call !== 'end')).toEqual([
        'message 0',
        'text',
        '+Hello = Hello',
        '+,  = Hello, ',
        '+世界 = Hello, 世界',
        '+ 👋🏽 = Hello, 世界 👋🏽',
        'done Hello, 世界 👋🏽',
        'message completed',
      ]);
      expect(run).toEqual(await runs.retrieve(run.id, { thread_id: thread.id }));
      expect(run.status).toBe('completed');

      const [message, ...more] = await stream.finalMessages();
      expect(more).toEqual([]);
      const [stored] = (await messages.list(thread.id)).data;
      expect(message!.id).toBe(stored!.id);
      // Majors 4 to 6 show what the deltas add up to, so they must add up to the message.
      expect(message!.content.map((part) => (part as { text: { value: string } }).text.value)).toEqual([
        'Hello, 世界 👋🏽',
      ]);
      expect(textOf(stored!)).toBe('Hello, 世界 👋🏽');

      const steps = await stream.finalRunSteps();
      expect(steps).toEqual((await runs.steps.list(run.id, { thread_id: thread.id })).data);
    });

    it('can be iterated over as they come', async () => {
      upstream.script({ text: ['a', 'b'] });
      const assistant = await assistants.create({ model });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'x' }] });
      const stream = await runs.create(thread.id, { assistant_id: assistant.id, stream: true });
      const events = await Array.fromAsync(stream);
      expect(events.map(({ event }) => event)).toEqual([
        'thread.run.created',
        'thread.run.queued',
        'thread.run.in_progress',
        'thread.run.step.created',
        'thread.run.step.in_progress',
        'thread.message.created',
        'thread.message.in_progress',
        'thread.message.delta',
        'thread.message.delta',
        'thread.message.completed',
        'thread.run.step.completed',
        'thread.run.completed',
      ]);
      expect(events.flatMap((event) => (event.event === 'thread.message.delta' ? [event.data.delta] : []))).toEqual([
        { content: [{ index: 0, type: 'text', text: { value: 'a', annotations: [] } }] },
        { content: [{ index: 0, type: 'text', text: { value: 'b' } }] },
      ]);
    });

    it('come with the thread that is made for them', async () => {
      upstream.script({ text: ['Hi.'] });
      const assistant = await assistants.create({ model });
      const stream = threads.createAndRunStream({
        assistant_id: assistant.id,
        thread: { messages: [{ role: 'user', content: 'Hello' }] },
      });
      const events = await Array.fromAsync(stream);
      expect(events.map(({ event }) => event)).toEqual([
        'thread.created',
        'thread.run.created',
        'thread.run.queued',
        'thread.run.in_progress',
        'thread.run.step.created',
        'thread.run.step.in_progress',
        'thread.message.created',
        'thread.message.in_progress',
        'thread.message.delta',
        'thread.message.completed',
        'thread.run.step.completed',
        'thread.run.completed',
      ]);
      const run = await stream.finalRun();
      expect(events[0]!.data).toEqual(await threads.retrieve(run.thread_id));
      const { data } = await messages.list(run.thread_id, { order: 'asc' });
      expect(data.map(textOf)).toEqual(['Hello', 'Hi.']);
    });

    it('end incomplete at the limit on tokens', async () => {
      upstream.script({ text: ['Once', ' upon'], finishReason: 'length' });
      const assistant = await assistants.create({ model });
      const thread = await threads.create({ messages: [{ role: 'user', content: 'Tell a story.' }] });
      const stream = runs.stream(thread.id, { assistant_id: assistant.id, max_completion_tokens: 20 });
      const seen = await stream.finalRun().then(
        ({ status }) => status,
        ({ message }: Error) => message,
      );
      // A fault of major 4: it does not know that such a run is over.
      expect(seen).toBe(sdk.major === 4 ? 'Final run has not been received' : 'incomplete');
      const [run] = (await runs.list(thread.id)).data;
      expect(run).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_completion_tokens' },
        expires_at: null,
        last_error: null,
      });
      expect((await messages.list(thread.id)).data[0]).toMatchObject({
        status: 'incomplete',
        incomplete_details: { reason: 'max_tokens' },
        content: [{ type: 'text', text: { value: 'Once upon', annotations: [] } }],
      });
    });
  });
});

function textOf({ content }: { content: readonly object[] }): string {
  expect(content).toHaveLength(1);
  return (content[0] as { text: { value: string } }).text.value;
}
