import type { Assistant, FileObject, Run, Thread } from '@cogitator-ai/openai-protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestServer } from './server/start-test-server.ts';
import { connectApi } from './wire/api.ts';
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
import { sendRequest } from './wire/request.ts';

const server = await startTestServer();
const api = connectApi(server.baseURL);
const { model } = server;
afterAll(() => server.close());

const create = (settings: object = {}) => api.post<Assistant>('/assistants', { model, ...settings });
const update = ({ id }: Assistant, settings: object) => api.post<Assistant>(`/assistants/${id}`, settings);
const refused = async (path: string, body: object) => readRefusal(await api.send('POST', path, { body }));
const refusedAssistant = (settings: object) => refused('/assistants', { model, ...settings });

async function upload(): Promise<string> {
  const body =
    '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n' +
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nx\r\n--b--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const answer = await sendRequest(`${server.baseURL}/files`, 'POST', { body, headers });
  return (JSON.parse(answer.body.toString()) as FileObject).id;
}

const schema = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const functionTool = (definition: object) => ({ type: 'function', function: definition });
const jsonSchema = (definition: object) => ({ type: 'json_schema', json_schema: definition });
const NAME_PATTERN = '^[a-zA-Z0-9_-]+$';
const noPattern = (param: string) =>
  refusal(
    param,
    'invalid_value',
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${NAME_PATTERN}'.`,
  );

describe('tools of an assistant', () => {
  it.each<[what: string, sent: object, shown: object]>([
    [
      'a function with nothing but its name',
      functionTool({ name: 'f' }),
      functionTool({ name: 'f', parameters: schema({}), strict: false }),
    ],
    [
      'a whole function',
      functionTool({ name: 'f', description: 'd', parameters: schema({ a: { type: 'string' } }), strict: false }),
      functionTool({ name: 'f', description: 'd', parameters: schema({ a: { type: 'string' } }), strict: false }),
    ],
    [
      'a strict function',
      functionTool({ name: 'f', strict: true, parameters: schema({}, { required: [], additionalProperties: false }) }),
      functionTool({ name: 'f', strict: true, parameters: schema({}, { required: [], additionalProperties: false }) }),
    ],
    [
      'a function whose strictness is null',
      functionTool({ name: 'f', strict: null }),
      functionTool({ name: 'f', parameters: schema({}), strict: false }),
    ],
    ['the code interpreter', { type: 'code_interpreter' }, { type: 'code_interpreter' }],
    [
      'file search',
      { type: 'file_search' },
      {
        type: 'file_search',
        file_search: { ranking_options: { ranker: 'default_2024_08_21', score_threshold: 0 } },
      },
    ],
    [
      'file search with all its options',
      {
        type: 'file_search',
        file_search: { max_num_results: 50, ranking_options: { ranker: 'auto', score_threshold: 1 } },
      },
      {
        type: 'file_search',
        file_search: { max_num_results: 50, ranking_options: { ranker: 'auto', score_threshold: 1 } },
      },
    ],
  ])('are shown with what was left out: %s', async (_, sent, shown) => {
    const assistant = await create({ tools: [sent] });
    expect(assistant.tools).toEqual([shown]);
    expect(await api.get(`/assistants/${assistant.id}`)).toEqual(assistant);
  });

  it.each<[what: string, tool: object, refusal: Refusal]>([
    ['without a type', {}, missingParameter('tools[0].type')],
    [
      'of an unknown type',
      { type: 'browser' },
      invalidValue('tools[0].type', 'browser', "'code_interpreter', 'function', and 'file_search'"),
    ],
    ['that are functions of nothing', { type: 'function' }, missingParameter('tools[0].function')],
    ['with a name of other characters', functionTool({ name: 'get weather' }), noPattern('tools[0].function.name')],
    ['with a name too long', functionTool({ name: 'f'.repeat(65) }), stringTooLong('tools[0].function.name', 64, 65)],
    ['with an unknown key', functionTool({ name: 'f', foo: 1 }), unknownParameter('tools[0].function.foo')],
    [
      'with parameters that are no object',
      functionTool({ name: 'f', parameters: [] }),
      invalidType('tools[0].function.parameters', 'an object', 'an array'),
    ],
    [
      'with parameters of another type',
      functionTool({ name: 'f', parameters: { type: 'string' } }),
      refusal(
        'tools[0].function.parameters',
        'invalid_function_parameters',
        "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"string\"'.",
      ),
    ],
    [
      'that are strict and take anything',
      functionTool({ name: 'f', strict: true, parameters: schema({}) }),
      refusal(
        'tools[0].function.parameters',
        'invalid_function_parameters',
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
      ),
    ],
    [
      'that search for nothing',
      { type: 'file_search', file_search: { max_num_results: 0 } },
      outOfBounds('integer', 'tools[0].file_search.max_num_results', '>=', 1, 0),
    ],
    [
      'that search for too much',
      { type: 'file_search', file_search: { max_num_results: 51 } },
      outOfBounds('integer', 'tools[0].file_search.max_num_results', '<=', 50, 51),
    ],
    [
      'with an impossible score',
      { type: 'file_search', file_search: { ranking_options: { score_threshold: 1.5 } } },
      outOfBounds('decimal', 'tools[0].file_search.ranking_options.score_threshold', '<=', 1, 1.5),
    ],
    [
      'with an unknown ranker',
      { type: 'file_search', file_search: { ranking_options: { ranker: 'best', score_threshold: 0 } } },
      invalidValue('tools[0].file_search.ranking_options.ranker', 'best', "'auto' and 'default_2024_08_21'"),
    ],
  ])('are refused %s', async (_, tool, expected) => {
    expect(await refusedAssistant({ tools: [tool] })).toEqual(expected);
  });
});

describe('response_format of an assistant', () => {
  it.each<[what: string, format: unknown]>([
    ['auto', 'auto'],
    ['text', { type: 'text' }],
    ['json_object', { type: 'json_object' }],
    ['a schema', jsonSchema({ name: 'answer', description: 'd', schema: schema({}), strict: true })],
    ['a schema without a schema', jsonSchema({ name: 'answer' })],
  ])('is shown as it was set: %s', async (_, response_format) => {
    expect(await create({ response_format })).toMatchObject({ response_format });
  });

  it.each<[what: string, format: unknown, refusal: Partial<Refusal>]>([
    ['another word', 'json', { status: 400, param: 'response_format' }],
    [
      'another type',
      { type: 'xml' },
      invalidValue('response_format.type', 'xml', "'text', 'json_object', and 'json_schema'"),
    ],
    ['a schema of nothing', { type: 'json_schema' }, missingParameter('response_format.json_schema')],
    ['a schema without a name', jsonSchema({}), missingParameter('response_format.json_schema.name')],
    [
      'a schema with a name of other characters',
      jsonSchema({ name: 'a b' }),
      noPattern('response_format.json_schema.name'),
    ],
    [
      'a schema with a name too long',
      jsonSchema({ name: 'a'.repeat(65) }),
      stringTooLong('response_format.json_schema.name', 64, 65),
    ],
  ])('is refused as %s', async (_, response_format, expected) => {
    expect(await refusedAssistant({ response_format })).toMatchObject(expected);
  });
});

describe('settings of an assistant', () => {
  it.each(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', null])(
    'reasoning_effort may be %s',
    async (reasoning_effort) => {
      expect(await create({ reasoning_effort })).toMatchObject({ reasoning_effort });
    },
  );

  it.each<[what: string, settings: object, refusal: Partial<Refusal>]>([
    ['another effort', { reasoning_effort: 'huge' }, { param: 'reasoning_effort', code: 'invalid_value' }],
    ['a top_p above 1', { top_p: 1.1 }, outOfBounds('decimal', 'top_p', '<=', 1, 1.1)],
    ['a top_p below 0', { top_p: -0.1 }, outOfBounds('decimal', 'top_p', '>=', 0, -0.1)],
    ['a temperature of another type', { temperature: 'warm' }, invalidType('temperature', 'a decimal', 'a string')],
    ['v1 files', { file_ids: [] }, unknownParameter('file_ids')],
    [
      'a model that the server does not know',
      { model: 'demo/unheard-of' },
      refusal('model', 'model_not_found', "The requested model 'demo/unheard-of' does not exist."),
    ],
  ])('are refused with %s', async (_, settings, expected) => {
    expect(await refusedAssistant(settings)).toMatchObject({ status: 400, ...expected });
  });

  it('count as left out where they are null', async () => {
    const nothing = Object.fromEntries(
      [
        'name',
        'description',
        'instructions',
        'reasoning_effort',
        'metadata',
        'temperature',
        'top_p',
        'response_format',
        'tool_resources',
      ].map((key) => [key, null]),
    );
    const [plain, nulls] = [await create(), await create(nothing)];
    expect(nulls).toEqual({ ...plain, id: nulls.id, created_at: nulls.created_at });
  });

  it('keep the time of creation when they change', async () => {
    const assistant = await create({ tools: [functionTool({ name: 'f' }), { type: 'code_interpreter' }] });
    await sleep(1100 - (Date.now() % 1000));
    const changed = await update(assistant, { tools: [functionTool({ name: 'g' })], temperature: 0 });
    // Tools are replaced as a whole.
    const tools = [functionTool({ name: 'g', parameters: schema({}), strict: false })];
    expect(changed).toEqual({ ...assistant, temperature: 0, tools });
  });

  it('go back to their defaults where an update has null', async () => {
    const assistant = await create({
      description: 'd',
      instructions: 'i',
      temperature: 0,
      top_p: 0,
      reasoning_effort: 'low',
      response_format: { type: 'text' },
      metadata: { a: '1' },
    });
    const nothing = {
      description: null,
      instructions: null,
      temperature: null,
      top_p: null,
      reasoning_effort: null,
      response_format: null,
      metadata: null,
    };
    expect(await update(assistant, nothing)).toEqual({
      ...assistant,
      ...nothing,
      temperature: 1,
      top_p: 1,
      response_format: 'auto',
      metadata: {},
    });
  });

  it('are refused by an update as they are at first', async () => {
    const assistant = await create({ name: 'Kept' });
    const path = `/assistants/${assistant.id}`;
    expect(await refused(path, { name: 'x'.repeat(257) })).toEqual(stringTooLong('name', 256, 257));
    expect(await refused(path, { name: 'x', foo: 1 })).toEqual(unknownParameter('foo'));
    expect(await refused(path, { name: 'x', model: 'demo/unheard-of' })).toMatchObject({
      status: 400,
      code: 'model_not_found',
    });
    expect(await api.get(path)).toEqual(assistant);
  });
});

describe('tool_resources', () => {
  it('of an assistant have a list of files where it has the code interpreter', async () => {
    expect(await create({ tools: [{ type: 'code_interpreter' }] })).toMatchObject({
      tool_resources: { code_interpreter: { file_ids: [] } },
    });
  });

  it('of an assistant are shown as set, the tool being there or not, and replaced tool by tool', async () => {
    const [first, second] = [await upload(), await upload()];
    const assistant = await create({ tool_resources: { code_interpreter: { file_ids: [first] } } });
    expect(assistant.tool_resources).toEqual({ code_interpreter: { file_ids: [first] } });
    const searching = await update(assistant, { tool_resources: { file_search: { vector_store_ids: [] } } });
    expect(searching.tool_resources).toMatchObject({ code_interpreter: { file_ids: [first] } });
    const replaced = await update(assistant, { tool_resources: { code_interpreter: { file_ids: [second] } } });
    expect(replaced.tool_resources).toMatchObject({ code_interpreter: { file_ids: [second] } });
    expect(await update(assistant, { name: 'x' })).toMatchObject({ tool_resources: replaced.tool_resources });
  });

  it('of a thread are shown as set and replaced', async () => {
    const [first, second] = [await upload(), await upload()];
    const files = (...file_ids: string[]) => ({ code_interpreter: { file_ids } });
    const thread = await api.post<Thread>('/threads', { tool_resources: files(first) });
    expect(thread.tool_resources).toEqual(files(first));
    const path = `/threads/${thread.id}`;
    expect(await api.post(path, { metadata: { a: 'b' } })).toMatchObject({ tool_resources: files(first) });
    expect(await api.post(path, { tool_resources: files(second) })).toMatchObject({ tool_resources: files(second) });
    expect(await api.get(path)).toMatchObject({ metadata: { a: 'b' }, tool_resources: files(second) });
  });

  it.each<[what: string, resources: object, refusal: Partial<Refusal>]>([
    [
      'more than 20 files',
      { code_interpreter: { file_ids: Array.from({ length: 21 }, () => 'file-1') } },
      arrayTooLong('tool_resources.code_interpreter.file_ids', 20, 21),
    ],
    [
      'a file that does not exist',
      { code_interpreter: { file_ids: ['file-none'] } },
      { status: 400, message: 'No such File object: file-none' },
    ],
    [
      'a vector store that does not exist',
      { file_search: { vector_store_ids: ['vs_none'] } },
      { status: 404, message: "No vector store found with id 'vs_none'." },
    ],
    [
      'two vector stores',
      { file_search: { vector_store_ids: ['vs_1', 'vs_2'] } },
      arrayTooLong('tool_resources.file_search.vector_store_ids', 1, 2),
    ],
    ['another tool', { browser: {} }, unknownParameter('tool_resources.browser')],
  ])('are refused with %s', async (_, tool_resources, expected) => {
    expect(await refusedAssistant({ tool_resources })).toMatchObject(expected);
    expect(await refused('/threads', { tool_resources })).toMatchObject(expected);
    const assistant = await create({ instructions: 'x' });
    expect(await refused(`/assistants/${assistant.id}`, { tool_resources })).toMatchObject(expected);
    const thread = await api.post<Thread>('/threads');
    expect(await refused(`/threads/${thread.id}`, { tool_resources })).toMatchObject(expected);
    expect(await refused('/threads/runs', { assistant_id: assistant.id, tool_resources })).toMatchObject(expected);
    expect(await api.get(`/assistants/${assistant.id}`)).toEqual(assistant);
  });

  it('create no vector store where something is only changed', async () => {
    const tool_resources = { file_search: { vector_stores: [{}] } };
    const unknown = unknownParameter('tool_resources.file_search.vector_stores');
    const assistant = await create({ instructions: 'x' });
    const thread = await api.post<Thread>('/threads');
    expect(await refused(`/assistants/${assistant.id}`, { tool_resources })).toEqual(unknown);
    expect(await refused(`/threads/${thread.id}`, { tool_resources })).toEqual(unknown);
    expect(await refused('/threads/runs', { assistant_id: assistant.id, tool_resources })).toEqual(unknown);
  });

  it('of a run on a new thread come before those of the assistant', async () => {
    const [first, second] = [await upload(), await upload()];
    const files = (...file_ids: string[]) => ({ code_interpreter: { file_ids } });
    const assistant = await create({ instructions: 'x', tool_resources: files(first) });
    const run = await api.post<Run>('/threads/runs', { assistant_id: assistant.id, tool_resources: files(second) });
    expect(run.tool_resources).toEqual(files(second));
  });

  it('outlive their assistant', async () => {
    const file = await upload();
    const assistant = await create({ tool_resources: { code_interpreter: { file_ids: [file] } } });
    await api.send('DELETE', `/assistants/${assistant.id}`);
    expect(await api.get(`/files/${file}`)).toMatchObject({ id: file });
  });
});
