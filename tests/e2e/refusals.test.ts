import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { EVERY_SDK } from './sdk/every-sdk.ts';
import type { SdkError } from './sdk/sdk.ts';
import { startTestServer } from './server/start-test-server.ts';

const KEY = 'sk-test-0123456789-abcdefghij';
const server = await startTestServer({ apiKeys: [KEY] });
afterAll(() => server.close());

const UNKNOWN = {
  assistant: 'asst_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  thread: 'thread_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  message: 'msg_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  run: 'run_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  step: 'step_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  file: 'file-01JZZZZZZZZZZZZZZZZZZZZZZZ',
  store: 'vs_01JZZZZZZZZZZZZZZZZZZZZZZZ',
  batch: 'vsfb_01JZZZZZZZZZZZZZZZZZZZZZZZ',
} as const;

interface Refusal {
  message: string;
  param?: string | null;
  code?: string | null;
}

describe.each(EVERY_SDK)('refusals through openai $major', (sdk) => {
  const client = sdk.createClient({ baseURL: server.baseURL, apiKey: KEY, maxRetries: 0 });
  const { assistants, threads } = client.beta;
  const { messages, runs } = threads;

  /** What a call is refused with; the SDK's own class for the status, all four keys of the body, and a request id. */
  async function expectRefusal(
    call: () => PromiseLike<unknown>,
    status: 400 | 401 | 404,
    { message, param = null, code = null }: Refusal,
  ): Promise<void> {
    const error = await call().then(
      (value) => expect.fail(`accepted: ${JSON.stringify(value)}`),
      (reason: SdkError) => reason,
    );
    const { AuthenticationError, BadRequestError, NotFoundError } = sdk.errors;
    expect(error).toBeInstanceOf({ 400: BadRequestError, 401: AuthenticationError, 404: NotFoundError }[status]);
    expect(error.error).toEqual({ message, type: 'invalid_request_error', param, code });
    expect(error).toMatchObject({ status, param, code, type: 'invalid_request_error' });
    expect(sdk.requestIdOf(error)).toMatch(/^req_[0-9a-f]{32}$/);
  }

  describe('of objects that do not exist', () => {
    const noAssistant = { message: `No assistant found with id '${UNKNOWN.assistant}'.` };
    const noThread = { message: `No thread found with id '${UNKNOWN.thread}'.` };
    const noMessage = { message: `No message found with id '${UNKNOWN.message}'.` };
    const noRun = { message: `No run found with id '${UNKNOWN.run}'.` };
    const noStep = { message: `No run step found with id '${UNKNOWN.step}'.` };
    const noFile = { message: `No such File object: ${UNKNOWN.file}`, param: 'id' };

    it('an assistant', async () => {
      await expectRefusal(() => assistants.retrieve(UNKNOWN.assistant), 404, noAssistant);
      await expectRefusal(() => assistants.update(UNKNOWN.assistant, { name: 'x' }), 404, noAssistant);
      await expectRefusal(() => assistants.delete(UNKNOWN.assistant), 404, noAssistant);
    });

    it('a thread', async () => {
      await expectRefusal(() => threads.retrieve(UNKNOWN.thread), 404, noThread);
      await expectRefusal(() => threads.update(UNKNOWN.thread, { metadata: {} }), 404, noThread);
      await expectRefusal(() => threads.delete(UNKNOWN.thread), 404, noThread);
      await expectRefusal(() => messages.list(UNKNOWN.thread), 404, noThread);
      await expectRefusal(() => messages.create(UNKNOWN.thread, { role: 'user', content: 'x' }), 404, noThread);
      await expectRefusal(() => runs.list(UNKNOWN.thread), 404, noThread);
    });

    it('a thread, before anything in it', async () => {
      const of = { thread_id: UNKNOWN.thread };
      const { id: assistant_id } = await assistants.create({ model: server.model });
      await expectRefusal(() => messages.retrieve(UNKNOWN.message, of), 404, noThread);
      await expectRefusal(() => messages.update(UNKNOWN.message, { ...of, metadata: {} }), 404, noThread);
      await expectRefusal(() => messages.delete(UNKNOWN.message, of), 404, noThread);
      await expectRefusal(() => runs.create(UNKNOWN.thread, { assistant_id }), 404, noThread);
      await expectRefusal(() => runs.create(UNKNOWN.thread, { assistant_id: UNKNOWN.assistant }), 404, noThread);
      await expectRefusal(() => runs.retrieve(UNKNOWN.run, of), 404, noThread);
      await expectRefusal(() => runs.update(UNKNOWN.run, { ...of, metadata: {} }), 404, noThread);
      await expectRefusal(() => runs.cancel(UNKNOWN.run, of), 404, noThread);
      await expectRefusal(() => runs.submitToolOutputs(UNKNOWN.run, { ...of, tool_outputs: [] }), 404, noThread);
      await expectRefusal(() => runs.steps.list(UNKNOWN.run, of), 404, noThread);
      await expectRefusal(() => runs.steps.retrieve(UNKNOWN.step, { ...of, run_id: UNKNOWN.run }), 404, noThread);
      await assistants.delete(assistant_id);
    });

    it('a message', async () => {
      const of = { thread_id: (await threads.create()).id };
      await expectRefusal(() => messages.retrieve(UNKNOWN.message, of), 404, noMessage);
      await expectRefusal(() => messages.update(UNKNOWN.message, { ...of, metadata: {} }), 404, noMessage);
      await expectRefusal(() => messages.delete(UNKNOWN.message, of), 404, noMessage);
    });

    it('a run, or a step of it', async () => {
      const of = { thread_id: (await threads.create()).id };
      await expectRefusal(() => runs.retrieve(UNKNOWN.run, of), 404, noRun);
      await expectRefusal(() => runs.update(UNKNOWN.run, { ...of, metadata: {} }), 404, noRun);
      await expectRefusal(() => runs.cancel(UNKNOWN.run, of), 404, noRun);
      await expectRefusal(() => runs.submitToolOutputs(UNKNOWN.run, { ...of, tool_outputs: [] }), 404, noRun);
      await expectRefusal(() => runs.steps.list(UNKNOWN.run, of), 404, noRun);
      await expectRefusal(() => runs.steps.retrieve(UNKNOWN.step, { ...of, run_id: UNKNOWN.run }), 404, noRun);

      const { id: assistant_id } = await assistants.create({ model: server.model });
      await messages.create(of.thread_id, { role: 'user', content: 'Hello?' });
      const { id: run_id } = await runs.createAndPoll(of.thread_id, { assistant_id });
      await expectRefusal(() => runs.steps.retrieve(UNKNOWN.step, { ...of, run_id }), 404, noStep);
      await assistants.delete(assistant_id);
    });

    it('the assistant of a run', async () => {
      const thread = await threads.create({ messages: [{ role: 'user', content: 'x' }] });
      const body = { assistant_id: UNKNOWN.assistant };
      await expectRefusal(() => runs.create(thread.id, body), 404, noAssistant);
      await expectRefusal(() => runs.create(thread.id, { ...body, stream: true }), 404, noAssistant);
      await expectRefusal(() => threads.createAndRunPoll(body), 404, noAssistant);
      expect((await runs.list(thread.id)).data).toEqual([]);
    });

    it('a file', async () => {
      await expectRefusal(() => client.files.retrieve(UNKNOWN.file), 404, noFile);
      await expectRefusal(() => client.files.content(UNKNOWN.file), 404, noFile);
      await expectRefusal(() => client.files.delete(UNKNOWN.file), 404, noFile);
    });

    it('a vector store', async () => {
      const { vectorStores: stores } = client;
      const noStore = { message: `No vector store found with id '${UNKNOWN.store}'.` };
      const of = { vector_store_id: UNKNOWN.store };
      const files = { file_ids: [UNKNOWN.file] };
      await expectRefusal(() => stores.retrieve(UNKNOWN.store), 404, noStore);
      await expectRefusal(() => stores.update(UNKNOWN.store, { name: 'x' }), 404, noStore);
      await expectRefusal(() => stores.delete(UNKNOWN.store), 404, noStore);
      await expectRefusal(() => stores.search(UNKNOWN.store, { query: 'x' }), 404, noStore);
      await expectRefusal(() => stores.files.list(UNKNOWN.store), 404, noStore);
      await expectRefusal(() => stores.files.create(UNKNOWN.store, { file_id: UNKNOWN.file }), 404, noStore);
      await expectRefusal(() => stores.files.retrieve(UNKNOWN.file, of), 404, noStore);
      await expectRefusal(() => stores.files.update(UNKNOWN.file, { ...of, attributes: {} }), 404, noStore);
      await expectRefusal(() => stores.files.delete(UNKNOWN.file, of), 404, noStore);
      await expectRefusal(() => stores.fileBatches.create(UNKNOWN.store, files), 404, noStore);
      await expectRefusal(() => stores.fileBatches.retrieve(UNKNOWN.batch, of), 404, noStore);
      await expectRefusal(() => stores.fileBatches.cancel(UNKNOWN.batch, of), 404, noStore);
      await expectRefusal(() => stores.fileBatches.listFiles(UNKNOWN.batch, of), 404, noStore);
    });

    it('what is in a vector store', async () => {
      const { id } = await client.vectorStores.create({});
      const of = { vector_store_id: id };
      const { files, fileBatches } = client.vectorStores;
      const noEntry = { message: `No file found with id '${UNKNOWN.file}' in vector store '${id}'.` };
      await expectRefusal(() => files.retrieve(UNKNOWN.file, of), 404, noEntry);
      await expectRefusal(() => files.update(UNKNOWN.file, { ...of, attributes: {} }), 404, noEntry);
      await expectRefusal(() => files.delete(UNKNOWN.file, of), 404, noEntry);
      const noBatch = { message: `No batch found with id '${UNKNOWN.batch}'.` };
      await expectRefusal(() => fileBatches.retrieve(UNKNOWN.batch, of), 404, noBatch);
      await expectRefusal(() => fileBatches.cancel(UNKNOWN.batch, of), 404, noBatch);
      await expectRefusal(() => fileBatches.listFiles(UNKNOWN.batch, of), 404, noBatch);
    });

    it('a model', async () => {
      await expectRefusal(() => client.models.retrieve('no-such-model'), 404, {
        message: "The model 'no-such-model' does not exist",
        param: 'model',
        code: 'model_not_found',
      });
    });
  });

  describe('of ids that are none', () => {
    const expectInvalidId = (call: () => PromiseLike<unknown>, param: string, word: string) =>
      expectRefusal(call, 400, {
        message: `Invalid '${param}': 'undefined'. Expected an ID that begins with '${word}'.`,
        param,
        code: 'invalid_value',
      });

    it('such as undefined', async () => {
      const thread = await threads.create();
      const of = { thread_id: thread.id };
      await expectInvalidId(() => assistants.retrieve('undefined'), 'assistant_id', 'asst');
      await expectInvalidId(() => threads.retrieve('undefined'), 'thread_id', 'thread');
      await expectInvalidId(() => messages.list('undefined'), 'thread_id', 'thread');
      await expectInvalidId(() => messages.retrieve('undefined', of), 'message_id', 'msg');
      await expectInvalidId(() => runs.retrieve('undefined', of), 'run_id', 'run');
      await expectInvalidId(() => runs.cancel('undefined', of), 'run_id', 'run');
      await expectInvalidId(() => runs.steps.retrieve('undefined', { ...of, run_id: UNKNOWN.run }), 'step_id', 'step');
      await expectInvalidId(() => client.files.retrieve('undefined'), 'file_id', 'file');
      const { vectorStores: stores } = client;
      const ofStore = { vector_store_id: UNKNOWN.store };
      await expectInvalidId(() => stores.retrieve('undefined'), 'vector_store_id', 'vs');
      await expectInvalidId(() => stores.search('undefined', { query: 'x' }), 'vector_store_id', 'vs');
      await expectInvalidId(() => stores.files.retrieve('undefined', ofStore), 'file_id', 'file');
      await expectInvalidId(() => stores.fileBatches.cancel('undefined', ofStore), 'batch_id', 'vsfb');
    });
  });

  describe('of keys', () => {
    it('that the server does not know, without repeating them', async () => {
      const stranger = sdk.createClient({
        baseURL: server.baseURL,
        apiKey: 'sk-wrong-secret-0123456789',
        maxRetries: 0,
      });
      for (const call of [
        () => stranger.beta.assistants.list(),
        () => stranger.beta.threads.create(),
        () => stranger.beta.threads.retrieve(UNKNOWN.thread),
        () => stranger.files.list(),
        () => stranger.models.list(),
      ]) {
        const error = await call().then(
          () => expect.fail('accepted'),
          (reason: SdkError) => reason,
        );
        expect(error).toBeInstanceOf(sdk.errors.AuthenticationError);
        expect(error).toMatchObject({
          status: 401,
          code: 'invalid_api_key',
          type: 'invalid_request_error',
          param: null,
          error: { message: expect.stringMatching(/^Incorrect API key provided: sk-wro\*+789\. /) },
        });
        expect(error.message).not.toContain('secret');
        expect(sdk.requestIdOf(error)).toMatch(/^req_/);
      }
    });
  });

  describe('of bodies', () => {
    // Nothing of a refused body may be left behind.
    afterEach(async () => {
      expect((await assistants.list()).data).toEqual([]);
    });

    const metadataOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));

    it.each<[what: string, body: object, refusal: Refusal]>([
      ['no model', {}, missing('model')],
      ['a number for a model', { model: 5 }, wrongType('model', 'a string', 'an integer')],
      ['an unknown parameter', { model: server.model, foo: 1 }, unknown('foo')],
      ['a name too long', { model: server.model, name: 'x'.repeat(257) }, tooLong('name', 256)],
      ['a description too long', { model: server.model, description: 'x'.repeat(513) }, tooLong('description', 512)],
      [
        'instructions too long',
        { model: server.model, instructions: 'x'.repeat(256_001) },
        tooLong('instructions', 256_000),
      ],
      [
        'too many tools',
        { model: server.model, tools: Array.from({ length: 129 }, () => ({ type: 'code_interpreter' })) },
        {
          message:
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.",
          param: 'tools',
          code: 'array_above_max_length',
        },
      ],
      [
        'a tool of another API version',
        { model: server.model, tools: [{ type: 'retrieval' }] },
        {
          message:
            "Invalid value: 'retrieval'. Supported values are: 'code_interpreter', 'function', and 'file_search'.",
          param: 'tools[0].type',
          code: 'invalid_value',
        },
      ],
      [
        'a function without a name',
        { model: server.model, tools: [{ type: 'function', function: {} }] },
        missing('tools[0].function.name'),
      ],
      [
        'a temperature too high',
        { model: server.model, temperature: 2.1 },
        {
          message: "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead.",
          param: 'temperature',
          code: 'decimal_above_max_value',
        },
      ],
      [
        'a temperature too low',
        { model: server.model, temperature: -0.5 },
        {
          message: "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -0.5 instead.",
          param: 'temperature',
          code: 'decimal_below_min_value',
        },
      ],
      [
        'metadata of another type',
        { model: server.model, metadata: { modified: true } },
        wrongType('metadata.modified', 'a string', 'a boolean'),
      ],
      [
        'too much metadata',
        { model: server.model, metadata: metadataOf(17) },
        {
          message:
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with 17 properties instead.",
          param: 'metadata',
          code: 'object_above_max_properties',
        },
      ],
      [
        'a metadata value too long',
        { model: server.model, metadata: { k: 'x'.repeat(513) } },
        tooLong('metadata.k', 512),
      ],
    ])('an assistant with %s', async (_, body, refusal) => {
      await expectRefusal(() => assistants.create(body as never), 400, refusal);
    });

    it('an assistant with a metadata key too long', async () => {
      await expect(
        assistants.create({ model: server.model, metadata: { ['x'.repeat(65)]: 'v' } }),
      ).rejects.toMatchObject({
        status: 400,
        error: {
          message: expect.stringMatching(
            /^Invalid property name in 'metadata': 'x+…?' is too long\. Expected a string with maximum length 64, but got a string with length 65 instead\.$/,
          ),
        },
      });
    });

    it('takes everything that is just within its limit', async () => {
      const assistant = await assistants.create({
        model: server.model,
        name: '🦜'.repeat(256),
        description: 'x'.repeat(512),
        instructions: 'x'.repeat(256_000),
        temperature: 2,
        top_p: 0,
        metadata: { ...metadataOf(15), ['k'.repeat(64)]: 'v'.repeat(512) },
        tools: Array.from({ length: 128 }, (__, n) => ({
          type: 'function' as const,
          function: { name: `f${n}`.padEnd(64, '_') },
        })),
      });
      expect(await assistants.retrieve(assistant.id)).toEqual(assistant);
      await assistants.delete(assistant.id);
    });

    it.each<[what: string, body: object, refusal: Refusal]>([
      ['no role', { content: 'x' }, missing('role')],
      ['no content', { role: 'user' }, missing('content')],
      [
        'a role that is none',
        { role: 'system', content: 'x' },
        {
          message: "Invalid value: 'system'. Supported values are: 'user' and 'assistant'.",
          param: 'role',
          code: 'invalid_value',
        },
      ],
      ['a text too long', { role: 'user', content: 'x'.repeat(256_001) }, tooLong('content', 256_000)],
      [
        'no parts',
        { role: 'user', content: [] },
        {
          message:
            "Invalid 'content': empty array. Expected an array with minimum length 1, but got an empty array instead.",
          param: 'content',
          code: 'empty_array',
        },
      ],
      ['an unknown parameter', { role: 'user', content: 'x', file_ids: [] }, unknown('file_ids')],
      [
        'metadata of another type',
        { role: 'user', content: 'x', metadata: { n: 1 } },
        wrongType('metadata.n', 'a string', 'an integer'),
      ],
    ])('a message with %s', async (_, body, refusal) => {
      const thread = await threads.create();
      await expectRefusal(() => messages.create(thread.id, body as never), 400, refusal);
      expect((await messages.list(thread.id)).data).toEqual([]);
    });

    it.each(['', '  \n'])('a message with nothing but %j', async (content) => {
      const thread = await threads.create();
      await expect(messages.create(thread.id, { role: 'user', content })).rejects.toMatchObject({
        status: 400,
        param: 'content',
      });
      expect((await messages.list(thread.id)).data).toEqual([]);
    });

    it('a thread with a bad message among good ones', async () => {
      const good = { role: 'user', content: 'x' };
      await expectRefusal(
        () => threads.create({ messages: [good, { content: 'y' }] } as never),
        400,
        missing('messages[1].role'),
      );
      await expectRefusal(
        () => threads.create({ messages: [{ ...good, foo: 1 }] } as never),
        400,
        unknown('messages[0].foo'),
      );
      await expectRefusal(() => threads.create({ foo: 1 } as never), 400, unknown('foo'));
    });

    it('a run with what it does not know', async () => {
      const thread = await threads.create({ messages: [{ role: 'user', content: 'x' }] });
      const body = { assistant_id: UNKNOWN.assistant };
      await expectRefusal(() => runs.create(thread.id, {} as never), 400, missing('assistant_id'));
      await expectRefusal(() => runs.create(thread.id, { ...body, thread: {} } as never), 400, unknown('thread'));
      await expectRefusal(
        () => runs.create(thread.id, { ...body, stream: true, foo: 1 } as never),
        400,
        unknown('foo'),
      );
      await expectRefusal(
        () => runs.create(thread.id, { ...body, additional_messages: [{ role: 'user' }] } as never),
        400,
        missing('additional_messages[0].content'),
      );
      await expectRefusal(() => runs.create(thread.id, { ...body, tool_choice: 'sometimes' } as never), 400, {
        message: "Invalid value: 'sometimes'. Supported values are: 'none', 'auto', and 'required'.",
        param: 'tool_choice',
        code: 'invalid_value',
      });
      expect((await runs.list(thread.id)).data).toEqual([]);
      expect((await messages.list(thread.id)).data).toHaveLength(1);
    });

    it('a run without anything to answer', async () => {
      const { id: assistant_id } = await assistants.create({ model: server.model });
      const thread = await threads.create();
      await expectRefusal(() => runs.create(thread.id, { assistant_id }), 400, {
        message: 'Run creation requires a Thread with a user message or an assistant with instructions.',
        code: 'invalid_thread',
      });
      expect((await runs.list(thread.id)).data).toEqual([]);
      await assistants.delete(assistant_id);
    });

    it('tool outputs of the wrong type', async () => {
      const of = { thread_id: (await threads.create()).id };
      await expectRefusal(() => runs.submitToolOutputs(UNKNOWN.run, of as never), 400, missing('tool_outputs'));
      await expectRefusal(
        () =>
          runs.submitToolOutputs(UNKNOWN.run, { ...of, tool_outputs: [{ tool_call_id: 'c', output: {} }] } as never),
        400,
        wrongType('tool_outputs[0].output', 'a string', 'an object'),
      );
    });
  });

  describe('of queries', () => {
    it.each<[query: object, refusal: Refusal]>([
      [
        { limit: 0 },
        {
          message: "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
          param: 'limit',
          code: 'integer_below_min_value',
        },
      ],
      [
        { limit: 101 },
        {
          message: "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
          param: 'limit',
          code: 'integer_above_max_value',
        },
      ],
      [{ limit: 'abc' }, wrongType('limit', 'an integer', 'a string')],
      [
        { order: 'up' },
        {
          message: "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
          param: 'order',
          code: 'invalid_value',
        },
      ],
    ])('%j', async (query, refusal) => {
      const thread = await threads.create();
      await expectRefusal(() => assistants.list(query), 400, refusal);
      await expectRefusal(() => messages.list(thread.id, query), 400, refusal);
      await expectRefusal(() => runs.list(thread.id, query), 400, refusal);
    });
  });
});

function missing(param: string): Refusal {
  return { message: `Missing required parameter: '${param}'.`, param, code: 'missing_required_parameter' };
}

function unknown(param: string): Refusal {
  return { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' };
}

function wrongType(param: string, expected: string, got: string): Refusal {
  return {
    message: `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
    param,
    code: 'invalid_type',
  };
}

/** A string one character longer than it may be. */
function tooLong(param: string, max: number): Refusal {
  return {
    message: `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${max + 1} instead.`,
    param,
    code: 'string_above_max_length',
  };
}
