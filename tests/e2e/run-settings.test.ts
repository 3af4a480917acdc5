import type { Assistant, Message, Run, RunStep, Thread } from '@cogitator-ai/openai-protocol';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
import { namesOf, theDataOf } from './wire/event-stream.ts';
import { RUN_BEGINS } from './wire/expected-events.ts';
import {
  arrayTooLong,
  invalidType,
  invalidValue,
  missingParameter,
  outOfBounds,
  readRefusal,
  type Refusal,
  refusal,
  stringTooLong,
  unknownParameter,
} from './wire/refusal.ts';

const server = await startTestServer();
const { upstream, model } = server;
const api = connectApi(server.baseURL);
beforeEach(() => upstream.reset());
afterAll(() => server.close());

const functionTool = (name: string) => ({ type: 'function', function: { name } });
const shownTool = (name: string) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, strict: false },
});
const CALL = { toolCalls: [{ id: 'call_A', name: 'f', arguments: ['{}'] }] };
const SEARCH = 'step_details.tool_calls[*].file_search.results[*].content';

interface Begun {
  assistant: Assistant;
  thread: Thread;
  path: string;
}

async function begin(settings: object = {}): Promise<Begun> {
  const assistant = await api.post<Assistant>('/assistants', { model, ...settings });
  const thread = await api.post<Thread>('/threads', { messages: [{ role: 'user', content: 'Hello' }] });
  return { assistant, thread, path: `/threads/${thread.id}/runs` };
}

const begunRuns: Run[] = [];

async function create({ assistant, path }: Begun, settings: object = {}): Promise<Run> {
  const run = await api.post<Run>(path, { assistant_id: assistant.id, ...settings });
  begunRuns.push(run);
  return run;
}

// A run that goes on would take the reply that is scripted for the next.
afterEach(async () => {
  for (const run of begunRuns.splice(0)) await settle(run);
});
const refused = async (path: string, body: object) => readRefusal(await api.send('POST', path, { body }));
const refusedRun = ({ assistant, path }: Begun, settings: object) =>
  refused(path, { assistant_id: assistant.id, ...settings });

/** The run when it stands still: it has ended or waits for its client. */
async function settle({ thread_id, id }: Run): Promise<Run> {
  let run: Run;
  do run = await api.get<Run>(`/threads/${thread_id}/runs/${id}`);
  while (['queued', 'in_progress', 'cancelling'].includes(run.status));
  return run;
}

/** Runs once with these settings, and returns what the model was sent. */
async function sentFor(settings: object, assistant: object = {}): Promise<Record<string, unknown>> {
  await settle(await create(await begin(assistant), settings));
  return upstream.requests.at(-1)!.body;
}

describe('a run', () => {
  it('begins queued, due in ten minutes, with nothing used', async () => {
    const begun = await begin({ instructions: 'Be brief.', metadata: { of: 'assistant' } });
    const run = await create(begun);
    expect(run).toEqual({
      id: expect.stringMatching(/^run_[A-Za-z0-9]{24,}$/),
      object: 'thread.run',
      created_at: expect.any(Number),
      assistant_id: begun.assistant.id,
      thread_id: begun.thread.id,
      status: 'queued',
      started_at: null,
      expires_at: run.created_at + 600,
      cancelled_at: null,
      failed_at: null,
      completed_at: null,
      required_action: null,
      last_error: null,
      model,
      instructions: 'Be brief.',
      tools: [],
      tool_resources: {},
      // What is the assistant's stays the assistant's.
      metadata: {},
      temperature: 1,
      top_p: 1,
      reasoning_effort: null,
      max_completion_tokens: null,
      max_prompt_tokens: null,
      truncation_strategy: { type: 'auto', last_messages: null },
      incomplete_details: null,
      usage: null,
      response_format: 'auto',
      tool_choice: 'auto',
      parallel_tool_calls: true,
    });
  });

  it('has the settings of its assistant', async () => {
    const settings = {
      instructions: 'Be brief.',
      temperature: 0.25,
      top_p: 0.5,
      reasoning_effort: 'low',
      response_format: { type: 'json_object' },
    };
    const run = await create(await begin({ ...settings, tools: [functionTool('f')] }));
    expect(run).toMatchObject({ ...settings, model, tools: [shownTool('f')] });
  });

  it('has settings of its own before those of its assistant', async () => {
    const begun = await begin({
      instructions: 'Old.',
      temperature: 0.25,
      top_p: 0.5,
      reasoning_effort: 'low',
      response_format: { type: 'text' },
      tools: [functionTool('f')],
    });
    const settings = {
      model: `openai/${model}`,
      instructions: 'New.',
      temperature: 0,
      top_p: 0.75,
      reasoning_effort: 'high',
      response_format: { type: 'json_object' },
      metadata: { of: 'run' },
      max_prompt_tokens: 1000,
      max_completion_tokens: 16,
      truncation_strategy: { type: 'last_messages', last_messages: 3 },
      parallel_tool_calls: false,
      tool_choice: 'none',
    };
    const run = await create(begun, { ...settings, tools: [functionTool('g')] });
    expect(run).toMatchObject({ ...settings, tools: [shownTool('g')] });
  });

  it('has those of its assistant where its own are null', async () => {
    const begun = await begin({ instructions: 'Kept.', temperature: 0.25, top_p: 0.5, tools: [functionTool('f')] });
    const nothing = Object.fromEntries(
      [
        'model',
        'instructions',
        'additional_instructions',
        'additional_messages',
        'tools',
        'metadata',
        'temperature',
        'top_p',
        'stream',
        'max_prompt_tokens',
        'max_completion_tokens',
        'truncation_strategy',
        'tool_choice',
        'response_format',
        'reasoning_effort',
      ].map((key) => [key, null]),
    );
    const [plain, nulls] = [await create(begun), await create(await begin())];
    expect(nulls.instructions).toBeNull();
    await settle(plain);
    const again = await create(begun, nothing);
    expect(again).toEqual({ ...plain, id: again.id, created_at: again.created_at, expires_at: again.expires_at });
  });

  it('counts what all its steps have used', async () => {
    upstream.script({ text: ['One'], usage: { prompt_tokens: 7, completion_tokens: 2 } });
    const run = await settle(await create(await begin()));
    const { data } = await api.get<{ data: RunStep[] }>(`/threads/${run.thread_id}/runs/${run.id}/steps`);
    expect(run.usage).toEqual({
      prompt_tokens: 7,
      completion_tokens: 2,
      total_tokens: 9,
      prompt_token_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
    expect(data.map(({ usage }) => usage)).toEqual([run.usage]);
  });

  it('takes new metadata, and nothing else, in any state', async () => {
    upstream.script(CALL);
    const begun = await begin({ tools: [functionTool('f')] });
    const waiting = await settle(await create(begun, { metadata: { a: '1' } }));
    const path = `${begun.path}/${waiting.id}`;
    expect(await api.post(path, { metadata: { b: '2' } })).toEqual({ ...waiting, metadata: { b: '2' } });
    expect(await api.post(path, {})).toEqual({ ...waiting, metadata: { b: '2' } });
    expect(await refused(path, { metadata: {}, instructions: 'x' })).toEqual(unknownParameter('instructions'));
    await api.post(`${path}/cancel`);
    const cancelled = await settle(waiting);
    expect(await api.post(path, { metadata: null })).toEqual({ ...cancelled, metadata: {} });
  });

  it('belongs to its thread', async () => {
    const [mine, other] = [await begin(), await begin()];
    const run = await settle(await create(mine));
    const none = refusal(null, null, `No run found with id '${run.id}'.`, 404);
    const { data } = await api.get<{ data: RunStep[] }>(`${mine.path}/${run.id}/steps`);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['POST', '/cancel'],
      ['GET', '/steps'],
      ['GET', `/steps/${data[0]!.id}`],
    ] as const) {
      const response = await api.send(method, `${other.path}/${run.id}${path}`, method === 'POST' ? { body: {} } : {});
      expect(readRefusal(response)).toEqual(none);
    }
    const another = await settle(await create(other));
    expect(readRefusal(await api.send('GET', `${other.path}/${another.id}/steps/${data[0]!.id}`))).toEqual(
      refusal(null, null, `No run step found with id '${data[0]!.id}'.`, 404),
    );
  });

  it('cannot be deleted', async () => {
    const begun = await begin();
    const run = await settle(await create(begun));
    expect((await api.send('DELETE', `${begun.path}/${run.id}`)).status).toBe(405);
    expect(await api.get(`${begun.path}/${run.id}`)).toEqual(run);
  });

  it('is listed newest first, page by page, both ways', async () => {
    const begun = await begin();
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.unshift((await settle(await create(begun))).id);
    const idsOf = async (query: string) =>
      (await api.get<{ data: Run[] }>(`${begun.path}?${query}`)).data.map(({ id }) => id);
    expect(await idsOf('')).toEqual(ids);
    expect(await idsOf('order=asc')).toEqual(ids.toReversed());
    expect(await idsOf(`limit=2&after=${ids[0]}`)).toEqual(ids.slice(1, 3));
    expect(await idsOf(`limit=2&before=${ids[3]}`)).toEqual(ids.slice(1, 3));
    expect(await idsOf(`after=${ids[0]}&before=${ids[2]}`)).toEqual([ids[1]]);
  });

  it('is cancelled by an empty body of any kind', async () => {
    for (const options of [{}, { body: '', headers: { 'content-type': 'application/json' } }, { body: {} }]) {
      upstream.script({ hang: true });
      const begun = await begin();
      const run = await create(begun);
      const response = await api.send('POST', `${begun.path}/${run.id}/cancel`, options);
      expect([response.status, JSON.parse(response.body.toString())]).toMatchObject([
        200,
        { id: run.id, status: 'cancelling', cancelled_at: null, expires_at: run.expires_at },
      ]);
      expect(await settle(run)).toMatchObject({ status: 'cancelled' });
    }
  });
});

describe('a run that has ended', () => {
  it.each<[status: string, reply: Parameters<typeof upstream.script>[0]]>([
    ['completed', { text: ['Hi.'] }],
    ['incomplete', { text: ['Once'], finishReason: 'length' }],
    ['failed', { error: { status: 400, body: { error: { message: 'No.' } } } }],
    ['cancelled', { hang: true }],
  ])('as %s is neither cancelled nor given outputs, and its thread is free', async (status, reply) => {
    upstream.script(reply);
    const begun = await begin();
    const run = await create(begun);
    const path = `${begun.path}/${run.id}`;
    // Not before the model is asked: its silence is for this run.
    await expect.poll(() => upstream.requests).toHaveLength(1);
    if (status === 'cancelled') await api.post(`${path}/cancel`);
    const ended = await settle(run);
    expect(ended).toMatchObject({ status, required_action: null, expires_at: null });
    expect(await refused(`${path}/cancel`, {})).toEqual(
      refusal(null, null, `Cannot cancel run with status '${status}'.`),
    );
    expect(await refused(`${path}/submit_tool_outputs`, { tool_outputs: [] })).toEqual(
      refusal(null, null, `Runs in status "${status}" do not accept tool outputs.`),
    );
    expect(await api.get(path)).toEqual(ended);
    await api.post<Message>(`/threads/${begun.thread.id}/messages`, { role: 'user', content: 'Again' });
    expect(await settle(await create(begun))).toMatchObject({ status: 'completed' });
  });

  it('was cancelled once, though several clients asked for it', async () => {
    upstream.script({ hang: true });
    const begun = await begin();
    const run = await create(begun);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => api.send('POST', `${begun.path}/${run.id}/cancel`)),
    );
    const [accepted, ...late] = answers.toSorted((a, b) => a.status - b.status);
    expect(accepted!.status).toBe(200);
    for (const response of late) {
      expect(readRefusal(response)).toMatchObject({
        status: 400,
        message: expect.stringMatching(/^Cannot cancel run with status '(?:cancelling|cancelled)'\.$/),
      });
    }
    expect(await settle(run)).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(Number) });
  });
});

describe('what a run is refused for', () => {
  it.each<[what: string, settings: object, refusal: Partial<Refusal>]>([
    ['an unknown parameter', { foo: 1 }, unknownParameter('foo')],
    ['tool_resources', { tool_resources: {} }, unknownParameter('tool_resources')],
    ['a thread id', { thread_id: 'thread_1' }, unknownParameter('thread_id')],
    ['include in its body', { include: [SEARCH] }, unknownParameter('include')],
    ['a stream of another type', { stream: 'yes' }, invalidType('stream', 'a boolean', 'a string')],
    ['too many instructions', { instructions: 'x'.repeat(256_001) }, stringTooLong('instructions', 256_000, 256_001)],
    [
      'too many tools',
      { tools: Array.from({ length: 129 }, () => ({ type: 'code_interpreter' })) },
      arrayTooLong('tools', 128, 129),
    ],
    ['too high a temperature', { temperature: 3 }, outOfBounds('decimal', 'temperature', '<=', 2, 3)],
    ['no prompt tokens', { max_prompt_tokens: 0 }, outOfBounds('integer', 'max_prompt_tokens', '>=', 1, 0)],
    ['no completion tokens', { max_completion_tokens: 0 }, outOfBounds('integer', 'max_completion_tokens', '>=', 1, 0)],
    ['half a token', { max_completion_tokens: 20.5 }, invalidType('max_completion_tokens', 'an integer', 'a decimal')],
    ['a truncation without a type', { truncation_strategy: {} }, missingParameter('truncation_strategy.type')],
    [
      'a truncation of another type',
      { truncation_strategy: { type: 'first_messages' } },
      invalidValue('truncation_strategy.type', 'first_messages', "'auto' and 'last_messages'"),
    ],
    [
      'last messages without a number',
      { truncation_strategy: { type: 'last_messages' } },
      { param: 'truncation_strategy.last_messages', code: 'missing_required_parameter' },
    ],
    [
      'no last messages',
      { truncation_strategy: { type: 'last_messages', last_messages: 0 } },
      outOfBounds('integer', 'truncation_strategy.last_messages', '>=', 1, 0),
    ],
    [
      'a choice of a tool that there is not',
      { tool_choice: { type: 'browser' } },
      { param: 'tool_choice.type', code: 'invalid_value' },
    ],
    [
      'a choice of a function without a name',
      { tool_choice: { type: 'function' } },
      missingParameter('tool_choice.function'),
    ],
    [
      'a choice of a function it does not have',
      { tool_choice: { type: 'function', function: { name: 'g' } } },
      { param: 'tool_choice', code: 'invalid_value' },
    ],
    ['parallel calls of null', { parallel_tool_calls: null }, invalidType('parallel_tool_calls', 'a boolean', 'null')],
    [
      'a message of another role',
      { additional_messages: [{ role: 'system', content: 'x' }] },
      invalidValue('additional_messages[0].role', 'system', "'user' and 'assistant'"),
    ],
    [
      'a model that the server does not know',
      { model: 'demo/unheard-of' },
      refusal('model', 'model_not_found', "The requested model 'demo/unheard-of' does not exist."),
    ],
  ])('%s', async (_, settings, expected) => {
    const begun = await begin({ tools: [functionTool('f')] });
    expect(await refusedRun(begun, settings)).toMatchObject({ status: 400, ...expected });
    expect(await api.get(begun.path)).toMatchObject({ data: [] });
    expect(await api.get(`/threads/${begun.thread.id}/messages`)).toMatchObject({ data: [{ role: 'user' }] });
  });

  it.each<[what: string, body: object, refusal: Partial<Refusal>]>([
    ['no assistant', {}, missingParameter('assistant_id')],
    ['additional messages', { additional_messages: [] }, unknownParameter('additional_messages')],
    ['additional instructions', { additional_instructions: 'x' }, unknownParameter('additional_instructions')],
    ['an unknown key of its thread', { thread: { foo: 1 } }, unknownParameter('thread.foo')],
    [
      'a bad message of its thread',
      { thread: { messages: [{ role: 'user' }] } },
      missingParameter('thread.messages[0].content'),
    ],
    ['nothing to answer', {}, { code: 'invalid_thread' }],
  ])('on a new thread: %s', async (what, body, expected) => {
    const { assistant } = await begin();
    const whole = what === 'no assistant' ? body : { assistant_id: assistant.id, ...body };
    expect(await refused('/threads/runs', whole)).toMatchObject({ status: 400, ...expected });
  });

  it('but the smallest budget that the service took is taken', async () => {
    const run = await create(await begin(), { max_completion_tokens: 16, max_prompt_tokens: 256 });
    expect(run).toMatchObject({ max_completion_tokens: 16, max_prompt_tokens: 256 });
  });

  it('but an effort is taken on a new thread too', async () => {
    const { assistant } = await begin({ instructions: 'x' });
    const body = { assistant_id: assistant.id, reasoning_effort: 'low' };
    const run = await api.post<Run>('/threads/runs', body);
    expect(run).toMatchObject({ reasoning_effort: 'low' });
    await settle(run);
  });

  it('but instructions are enough on a thread without messages', async () => {
    const { assistant } = await begin({ instructions: 'Greet.' });
    const run = await settle(await api.post<Run>('/threads/runs', { assistant_id: assistant.id }));
    expect(run).toMatchObject({ status: 'completed', instructions: 'Greet.' });
    const { id } = await api.post<Thread>('/threads');
    const silent = await api.post<Assistant>('/assistants', { model });
    const told = { assistant_id: silent.id, instructions: 'Greet.' };
    expect(await settle(await api.post<Run>(`/threads/${id}/runs`, told))).toMatchObject({ status: 'completed' });
  });
});

describe('include', () => {
  const QUERIES = [
    `include[]=${SEARCH}`,
    `include%5B%5D=${encodeURIComponent(SEARCH)}`,
    `include=${encodeURIComponent(SEARCH)}`,
    `include[0]=${encodeURIComponent(SEARCH)}`,
    `include[]=${SEARCH}&include[]=${SEARCH}`,
  ];

  it.each(QUERIES)('is understood as ?%s', async (query) => {
    const begun = await begin();
    const body = { assistant_id: begun.assistant.id };
    const run = await settle(await api.post<Run>(`${begun.path}?${query}`, body));
    const { data } = await api.get<{ data: RunStep[] }>(`${begun.path}/${run.id}/steps?${query}`);
    expect(data).toHaveLength(1);
    expect(await api.get(`${begun.path}/${run.id}/steps/${data[0]!.id}?${query}`)).toEqual(data[0]);
  });

  it('is refused with another value', async () => {
    const begun = await begin();
    const run = await settle(await create(begun));
    const steps = `${begun.path}/${run.id}/steps`;
    const { data } = await api.get<{ data: RunStep[] }>(steps);
    const unknown = invalidValue('include[0]', 'everything', `'${SEARCH}'`);
    const body = { assistant_id: begun.assistant.id };
    for (const response of [
      await api.send('POST', `${begun.path}?include[]=everything`, { body }),
      await api.send('GET', `${steps}?include[]=everything`),
      await api.send('GET', `${steps}/${data[0]!.id}?include[]=everything`),
    ]) {
      expect(readRefusal(response)).toMatchObject({ status: 400, param: unknown.param, code: unknown.code });
    }
    expect(await api.get(begun.path)).toMatchObject({ data: [{ id: run.id }] });
  });
});

describe('what the model is sent', () => {
  it('is what the run is set to', async () => {
    const schema = { name: 'answer', schema: { type: 'object', properties: {} }, strict: true };
    const response_format = { type: 'json_schema', json_schema: schema };
    const sent = await sentFor(
      { temperature: 0.5, top_p: 0.25, reasoning_effort: 'low', max_completion_tokens: 100, response_format },
      { tools: [functionTool('f')] },
    );
    expect(sent).toMatchObject({
      model,
      temperature: 0.5,
      top_p: 0.25,
      reasoning_effort: 'low',
      response_format,
      tools: [functionTool('f')],
    });
    expect(sent['max_completion_tokens'] ?? sent['max_tokens']).toBe(100);
  });

  it('leaves out what is not set', async () => {
    const sent = await sentFor({});
    for (const key of ['reasoning_effort', 'response_format', 'tools', 'tool_choice', 'parallel_tool_calls'])
      expect(sent).not.toHaveProperty(key);
  });

  it.each([
    ['the run its own model', { model: 'openai/another' }, { model: 'another' }],
    ['that calls come one by one', { parallel_tool_calls: false }, { parallel_tool_calls: false }],
    ['that nothing is called', { tool_choice: 'none' }, { tool_choice: 'none' }],
    ['that something is called', { tool_choice: 'required' }, { tool_choice: 'required' }],
    ['JSON', { response_format: { type: 'json_object' } }, { response_format: { type: 'json_object' } }],
  ])('says %s', async (_, settings, sent) => {
    expect(await sentFor(settings, { tools: [functionTool('f')] })).toMatchObject(sent);
  });

  it('forces a function in the first turn alone', async () => {
    const tool_choice = { type: 'function', function: { name: 'f' } };
    upstream.script(CALL);
    const begun = await begin({ tools: [functionTool('f')] });
    const waiting = await settle(await create(begun, { tool_choice }));
    const outputs = { tool_outputs: [{ tool_call_id: 'call_A', output: '1' }] };
    await settle(await api.post<Run>(`${begun.path}/${waiting.id}/submit_tool_outputs`, outputs));
    const [first, second] = upstream.requests.map(({ body }) => body['tool_choice'] ?? 'auto');
    expect([first, second]).toEqual([tool_choice, 'auto']);
    expect(waiting.tool_choice).toEqual(tool_choice);
  });

  it('is what was said, from the oldest to the newest, behind the instructions', async () => {
    const begun = await begin({ instructions: 'Be brief.' });
    const ask = async (content: string, settings: object = {}) => {
      await api.post<Message>(`/threads/${begun.thread.id}/messages`, { role: 'user', content });
      await settle(await create(begun, settings));
      return upstream.requests.at(-1)!.body.messages.map(({ role, content: text }) => [role, text]);
    };
    expect(await ask('Again', { additional_instructions: 'In rhyme.' })).toEqual([
      ['system', 'Be brief.\nIn rhyme.'],
      ['user', 'Hello'],
      ['user', 'Again'],
    ]);
    expect(await ask('More', { truncation_strategy: { type: 'last_messages', last_messages: 2 } })).toEqual([
      ['system', 'Be brief.'],
      ['assistant', 'You said: Again'],
      ['user', 'More'],
    ]);
  });

  it('has nothing of deleted messages', async () => {
    const begun = await begin();
    const { id } = await api.post<Message>(`/threads/${begun.thread.id}/messages`, { role: 'user', content: 'Secret' });
    await api.send('DELETE', `/threads/${begun.thread.id}/messages/${id}`);
    await settle(await create(begun));
    expect(upstream.requests.at(-1)!.body.messages).toEqual([{ role: 'user', content: 'Hello' }]);
  });
});

describe('a refusal of the model', () => {
  it('is a part of the message, told as it comes', async () => {
    upstream.script({ refusal: ['I', ' cannot.'] });
    const begun = await begin();
    const events = await api.transcript(begun.path, { assistant_id: begun.assistant.id });
    const deltas = events.flatMap((event) => (event.event === 'thread.message.delta' ? [event.data.delta] : []));
    expect(deltas).toEqual([
      { content: [{ index: 0, type: 'refusal', refusal: 'I' }] },
      { content: [{ index: 0, type: 'refusal', refusal: ' cannot.' }] },
    ]);
    expect(theDataOf(events, 'thread.message.completed')).toMatchObject({
      status: 'completed',
      content: [{ type: 'refusal', refusal: 'I cannot.' }],
    });
    expect(namesOf(events).at(-2)).toBe('thread.run.completed');
  });
});

describe('a tool that the server does not have', () => {
  it('fails the run and says so', async () => {
    const begun = await begin({ tools: [{ type: 'code_interpreter' }] });
    const events = await api.transcript(begun.path, { assistant_id: begun.assistant.id });
    expect(namesOf(events)).toEqual([...RUN_BEGINS, 'thread.run.failed', 'done']);
    expect(theDataOf(events, 'thread.run.failed').last_error).toEqual({
      code: 'server_error',
      message: expect.stringContaining('code_interpreter'),
    });
  });
});

describe('tool outputs', () => {
  async function waiting(): Promise<{ path: string; submit: string; run: Run }> {
    upstream.script(CALL);
    const begun = await begin({ tools: [functionTool('f')] });
    const run = await settle(await create(begun));
    const path = `${begun.path}/${run.id}`;
    return { path, submit: `${path}/submit_tool_outputs`, run };
  }

  it.each<[what: string, body: object, refusal: Partial<Refusal>]>([
    ['nothing', {}, missingParameter('tool_outputs')],
    ['no list', { tool_outputs: {} }, invalidType('tool_outputs', 'an array', 'an object')],
    [
      'an unknown key',
      { tool_outputs: [{ tool_call_id: 'call_A', output: '', name: 'f' }] },
      unknownParameter('tool_outputs[0].name'),
    ],
    [
      'an output that is a number',
      { tool_outputs: [{ tool_call_id: 'call_A', output: 5 }] },
      invalidType('tool_outputs[0].output', 'a string', 'an integer'),
    ],
    [
      'an output that is too long',
      { tool_outputs: [{ tool_call_id: 'call_A', output: 'x'.repeat(512 * 1024 + 1) }] },
      stringTooLong('tool_outputs[0].output', 512 * 1024, 512 * 1024 + 1),
    ],
    [
      'an output of nothing',
      { tool_outputs: [{ output: 'x' }] },
      { code: null, message: expect.stringMatching(/^Expected tool outputs for call_ids \['call_A'\], got \[/) },
    ],
  ])('are refused as %s, and the run waits on', async (_, body, expected) => {
    const { path, submit, run } = await waiting();
    expect(await refused(submit, body)).toMatchObject({ status: 400, ...expected });
    expect(await api.get(path)).toEqual(run);
  });

  it('may be empty', async () => {
    const { path, submit, run } = await waiting();
    await api.post(submit, { tool_outputs: [{ tool_call_id: 'call_A', output: '' }] });
    expect(await settle(run)).toMatchObject({ status: 'completed' });
    const { data } = await api.get<{ data: RunStep[] }>(`${path}/steps?order=asc`);
    expect(data[0]!.step_details).toMatchObject({ tool_calls: [{ function: { output: '' } }] });
    expect(upstream.requests[1]!.body.messages.at(-1)).toMatchObject({ role: 'tool', content: '' });
  });
});

describe('steps', () => {
  it('are listed newest first, page by page', async () => {
    upstream.script({ text: ['Let me see.'], ...CALL }, { text: ['Done.'] });
    const begun = await begin({ tools: [functionTool('f')] });
    const run = await settle(await create(begun));
    const path = `${begun.path}/${run.id}`;
    await api.post(`${path}/submit_tool_outputs`, { tool_outputs: [{ tool_call_id: 'call_A', output: '1' }] });
    await settle(run);
    const page = async (query: string) => {
      const { data, ...rest } = await api.get<{ data: RunStep[]; has_more: boolean }>(`${path}/steps?${query}`);
      return { ...rest, types: data.map(({ type }) => type), ids: data.map(({ id }) => id) };
    };
    const all = await page('');
    expect(all.types).toEqual(['message_creation', 'tool_calls', 'message_creation']);
    const [newest, middle, oldest] = all.ids;
    expect(all).toMatchObject({ object: 'list', first_id: newest, last_id: oldest, has_more: false });
    expect(await page('order=asc')).toMatchObject({ ids: all.ids.toReversed() });
    expect(await page('limit=1')).toMatchObject({ ids: [newest], has_more: true });
    expect(await page(`limit=1&after=${newest}`)).toMatchObject({ ids: [middle], has_more: true });
    expect(await page(`after=${middle}`)).toMatchObject({ ids: [oldest], has_more: false });
    expect(await page(`before=${middle}`)).toMatchObject({ ids: [newest] });
    for (const [query, refused_] of [
      ['limit=0', outOfBounds('integer', 'limit', '>=', 1, 0)],
      ['limit=101', outOfBounds('integer', 'limit', '<=', 100, 101)],
      ['order=up', invalidValue('order', 'up', "'asc' and 'desc'")],
    ] as const) {
      expect(readRefusal(await api.send('GET', `${path}/steps?${query}`))).toEqual(refused_);
    }
  });
});
