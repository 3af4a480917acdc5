import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CreateAssistantRequest } from '../assistants/assistant-requests.ts';
import { UploadFileRequest } from '../files/upload-file-request.ts';
import { CreateMessageRequest, ListMessagesQuery } from '../messages/message-requests.ts';
import { ListFilesQuery, ListQuery } from '../pagination.ts';
import { ListRunStepsQuery } from '../run-steps/run-step-queries.ts';
import { CreateRunRequest, CreateThreadAndRunRequest, SubmitToolOutputsRequest } from '../runs/run-requests.ts';
import { CreateThreadRequest } from '../threads/thread-requests.ts';
import { ApiError } from './api-error.ts';
import { parseRequest } from './from-zod.ts';

function refusalOf(schema: z.ZodType, input: unknown) {
  try {
    parseRequest(schema, input);
  } catch (error) {
    if (ApiError.isInstance(error)) return { status: error.status, ...error.body };
    throw error;
  }
  throw new Error('The input was taken.');
}

type Row = [
  what: string,
  schema: z.ZodType,
  input: unknown,
  param: string | null,
  code: string | null,
  message: string,
];

const user = { role: 'user', content: 'Hi' };
const functionTool = (definition: object) => ({ model: 'm', tools: [{ type: 'function', function: definition }] });
const staticChunks = (size: number, overlap: number) => ({
  tool_resources: {
    file_search: {
      vector_stores: [
        {
          chunking_strategy: {
            type: 'static',
            static: { max_chunk_size_tokens: size, chunk_overlap_tokens: overlap },
          },
        },
      ],
    },
  },
});

const ROWS: Row[] = [
  // Required
  [
    'a missing key',
    CreateRunRequest,
    {},
    'assistant_id',
    'missing_required_parameter',
    "Missing required parameter: 'assistant_id'.",
  ],
  [
    'no body',
    CreateRunRequest,
    undefined,
    'assistant_id',
    'missing_required_parameter',
    "Missing required parameter: 'assistant_id'.",
  ],
  [
    'a null body',
    SubmitToolOutputsRequest,
    null,
    'tool_outputs',
    'missing_required_parameter',
    "Missing required parameter: 'tool_outputs'.",
  ],
  [
    'a missing key inside',
    CreateThreadRequest,
    { messages: [{ content: 'Hi' }] },
    'messages[0].role',
    'missing_required_parameter',
    "Missing required parameter: 'messages[0].role'.",
  ],
  [
    'a missing discriminator',
    CreateMessageRequest,
    { role: 'user', content: [{ text: 'Hi' }] },
    'content[0].type',
    'missing_required_parameter',
    "Missing required parameter: 'content[0].type'.",
  ],
  [
    'a missing key of a union option',
    CreateMessageRequest,
    { role: 'user', content: [{ type: 'image_url' }] },
    'content[0].image_url',
    'missing_required_parameter',
    "Missing required parameter: 'content[0].image_url'.",
  ],
  [
    'a tool without its definition',
    CreateAssistantRequest,
    { model: 'm', tools: [{ type: 'function' }] },
    'tools[0].function',
    'missing_required_parameter',
    "Missing required parameter: 'tools[0].function'.",
  ],
  [
    'a forced function without a name',
    CreateRunRequest,
    { assistant_id: 'a', tool_choice: { type: 'function', function: {} } },
    'tool_choice.function.name',
    'missing_required_parameter',
    "Missing required parameter: 'tool_choice.function.name'.",
  ],
  [
    'last_messages without a number',
    CreateRunRequest,
    { assistant_id: 'a', truncation_strategy: { type: 'last_messages' } },
    'truncation_strategy.last_messages',
    'missing_required_parameter',
    "Missing required parameter: 'truncation_strategy.last_messages'.",
  ],
  [
    'a form without a purpose',
    UploadFileRequest,
    {},
    'purpose',
    'missing_required_parameter',
    "Missing required parameter: 'purpose'.",
  ],

  // Unknown
  [
    'an unknown key',
    CreateAssistantRequest,
    { model: 'm', foo: 1 },
    'foo',
    'unknown_parameter',
    "Unknown parameter: 'foo'.",
  ],
  [
    'an unknown key inside',
    CreateThreadAndRunRequest,
    { assistant_id: 'a', thread: { foo: 1 } },
    'thread.foo',
    'unknown_parameter',
    "Unknown parameter: 'thread.foo'.",
  ],
  [
    'an unknown key of a union option',
    CreateMessageRequest,
    { role: 'user', content: [{ type: 'text', text: 'Hi', foo: 1 }] },
    'content[0].foo',
    'unknown_parameter',
    "Unknown parameter: 'content[0].foo'.",
  ],
  [
    'a key of v1',
    CreateAssistantRequest,
    { model: 'm', file_ids: [] },
    'file_ids',
    'unknown_parameter',
    "Unknown parameter: 'file_ids'.",
  ],
  [
    'a key another request has',
    CreateThreadAndRunRequest,
    { assistant_id: 'a', additional_messages: [] },
    'additional_messages',
    'unknown_parameter',
    "Unknown parameter: 'additional_messages'.",
  ],
  [
    'a key named __proto__',
    CreateThreadRequest,
    JSON.parse('{"__proto__":{}}'),
    '__proto__',
    'unknown_parameter',
    "Unknown parameter: '__proto__'.",
  ],

  // Types
  [
    'a boolean in metadata',
    CreateThreadRequest,
    { metadata: { modified: true } },
    'metadata.modified',
    'invalid_type',
    "Invalid type for 'metadata.modified': expected a string, but got a boolean instead.",
  ],
  [
    'a number for a string',
    CreateAssistantRequest,
    { model: 5 },
    'model',
    'invalid_type',
    "Invalid type for 'model': expected a string, but got an integer instead.",
  ],
  [
    'null for a string',
    CreateAssistantRequest,
    { model: null },
    'model',
    'invalid_type',
    "Invalid type for 'model': expected a string, but got null instead.",
  ],
  [
    'a string for a decimal',
    CreateAssistantRequest,
    { model: 'm', temperature: '1' },
    'temperature',
    'invalid_type',
    "Invalid type for 'temperature': expected a decimal, but got a string instead.",
  ],
  [
    'a string for an integer',
    CreateRunRequest,
    { assistant_id: 'a', max_prompt_tokens: '9' },
    'max_prompt_tokens',
    'invalid_type',
    "Invalid type for 'max_prompt_tokens': expected an integer, but got a string instead.",
  ],
  [
    'a decimal for an integer',
    CreateRunRequest,
    { assistant_id: 'a', max_prompt_tokens: 1.5 },
    'max_prompt_tokens',
    'invalid_type',
    "Invalid type for 'max_prompt_tokens': expected an integer, but got a decimal instead.",
  ],
  [
    'a string for a boolean',
    CreateRunRequest,
    { assistant_id: 'a', stream: 'yes' },
    'stream',
    'invalid_type',
    "Invalid type for 'stream': expected a boolean, but got a string instead.",
  ],
  [
    'an object for an array',
    CreateAssistantRequest,
    { model: 'm', tools: {} },
    'tools',
    'invalid_type',
    "Invalid type for 'tools': expected an array, but got an object instead.",
  ],
  [
    'an array for an object',
    CreateThreadRequest,
    { metadata: [] },
    'metadata',
    'invalid_type',
    "Invalid type for 'metadata': expected an object, but got an array instead.",
  ],
  [
    'an array for a JSON Schema',
    CreateAssistantRequest,
    functionTool({ name: 'f', parameters: [] }),
    'tools[0].function.parameters',
    'invalid_type',
    "Invalid type for 'tools[0].function.parameters': expected an object, but got an array instead.",
  ],
  [
    'an array for a body',
    CreateThreadRequest,
    [],
    null,
    'invalid_type',
    'Invalid type: expected an object, but got an array instead.',
  ],
  [
    'a string for a body',
    CreateThreadRequest,
    'Hi',
    null,
    'invalid_type',
    'Invalid type: expected an object, but got a string instead.',
  ],
  [
    'neither of two types',
    CreateMessageRequest,
    { role: 'user', content: 5 },
    'content',
    'invalid_type',
    "Invalid type for 'content': expected one of a string or array of objects, but got an integer instead.",
  ],
  [
    'neither a word nor an object',
    CreateRunRequest,
    { assistant_id: 'a', tool_choice: true },
    'tool_choice',
    'invalid_type',
    "Invalid type for 'tool_choice': expected one of a string or object, but got a boolean instead.",
  ],
  [
    'a bad part',
    CreateMessageRequest,
    { role: 'user', content: ['Hi'] },
    'content[0]',
    'invalid_type',
    "Invalid type for 'content[0]': expected an object, but got a string instead.",
  ],
  [
    'a number in a part',
    CreateThreadRequest,
    { messages: [user, { role: 'user', content: [{ type: 'text', text: 5 }] }] },
    'messages[1].content[0].text',
    'invalid_type',
    "Invalid type for 'messages[1].content[0].text': expected a string, but got an integer instead.",
  ],
  [
    'a number for a discriminator',
    CreateAssistantRequest,
    { model: 'm', tools: [{ type: 5 }] },
    'tools[0].type',
    'invalid_type',
    "Invalid type for 'tools[0].type': expected a string, but got an integer instead.",
  ],
  [
    'a number for a word',
    CreateMessageRequest,
    { role: 5, content: 'Hi' },
    'role',
    'invalid_type',
    "Invalid type for 'role': expected a string, but got an integer instead.",
  ],
  [
    'an object for an output',
    SubmitToolOutputsRequest,
    { tool_outputs: [{ tool_call_id: 'c', output: {} }] },
    'tool_outputs[0].output',
    'invalid_type',
    "Invalid type for 'tool_outputs[0].output': expected a string, but got an object instead.",
  ],
  [
    'words for a limit',
    ListQuery,
    { limit: 'abc' },
    'limit',
    'invalid_type',
    "Invalid type for 'limit': expected an integer, but got a string instead.",
  ],
  [
    'an empty limit',
    ListQuery,
    { limit: '' },
    'limit',
    'invalid_type',
    "Invalid type for 'limit': expected an integer, but got a string instead.",
  ],

  // Values
  [
    'an unknown role',
    CreateMessageRequest,
    { role: 'system', content: 'Hi' },
    'role',
    'invalid_value',
    "Invalid value: 'system'. Supported values are: 'user' and 'assistant'.",
  ],
  [
    'a tool of v1',
    CreateAssistantRequest,
    { model: 'm', tools: [{ type: 'retrieval' }] },
    'tools[0].type',
    'invalid_value',
    "Invalid value: 'retrieval'. Supported values are: 'code_interpreter', 'function', and 'file_search'.",
  ],
  [
    'an unknown part',
    CreateMessageRequest,
    { role: 'user', content: [{ type: 'audio' }] },
    'content[0].type',
    'invalid_value',
    "Invalid value: 'audio'. Supported values are: 'text', 'image_url', and 'image_file'.",
  ],
  [
    'an unknown tool choice',
    CreateRunRequest,
    { assistant_id: 'a', tool_choice: 'any' },
    'tool_choice',
    'invalid_value',
    "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
  ],
  [
    'an unknown tool to force',
    CreateRunRequest,
    { assistant_id: 'a', tool_choice: { type: 'any' } },
    'tool_choice.type',
    'invalid_value',
    "Invalid value: 'any'. Supported values are: 'function', 'code_interpreter', and 'file_search'.",
  ],
  [
    'an unknown response format',
    CreateAssistantRequest,
    { model: 'm', response_format: 'text' },
    'response_format',
    'invalid_value',
    "Invalid value: 'text'. Supported values are: 'auto'.",
  ],
  [
    'an unknown order',
    ListQuery,
    { order: 'up' },
    'order',
    'invalid_value',
    "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
  ],
  [
    'an unknown include',
    ListRunStepsQuery,
    { include: ['x'] },
    'include[0]',
    'invalid_value',
    "Invalid value: 'x'. Supported values are: 'step_details.tool_calls[*].file_search.results[*].content'.",
  ],
  [
    'a function name with a blank',
    CreateAssistantRequest,
    functionTool({ name: 'a b' }),
    'tools[0].function.name',
    'invalid_value',
    "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
  ],
  [
    'an unknown purpose',
    UploadFileRequest,
    { purpose: 'world_domination' },
    'purpose',
    null,
    "'world_domination' is not one of ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] - 'purpose'",
  ],

  // Limits
  [
    'instructions of 256,001',
    CreateAssistantRequest,
    { model: 'm', instructions: 'x'.repeat(256_001) },
    'instructions',
    'string_above_max_length',
    "Invalid 'instructions': string too long. Expected a string with maximum length 256000, but got a string with length 256001 instead.",
  ],
  [
    'a message of 256,001',
    CreateMessageRequest,
    { role: 'user', content: 'x'.repeat(256_001) },
    'content',
    'string_above_max_length',
    "Invalid 'content': string too long. Expected a string with maximum length 256000, but got a string with length 256001 instead.",
  ],
  [
    'an empty function name',
    CreateAssistantRequest,
    functionTool({ name: '' }),
    'tools[0].function.name',
    'empty_string',
    "Invalid 'tools[0].function.name': empty string. Expected a string with minimum length 1, but got an empty string instead.",
  ],
  [
    '129 tools',
    CreateAssistantRequest,
    { model: 'm', tools: Array.from({ length: 129 }, () => ({ type: 'code_interpreter' })) },
    'tools',
    'array_above_max_length',
    "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead.",
  ],
  [
    'no parts',
    CreateMessageRequest,
    { role: 'user', content: [] },
    'content',
    'empty_array',
    "Invalid 'content': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  ],
  [
    'a limit of 101',
    ListQuery,
    { limit: '101' },
    'limit',
    'integer_above_max_value',
    "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
  ],
  [
    'a limit of 0',
    ListMessagesQuery,
    { limit: '0' },
    'limit',
    'integer_below_min_value',
    "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
  ],
  [
    'a limit of 10,001 files',
    ListFilesQuery,
    { limit: '10001' },
    'limit',
    'integer_above_max_value',
    "Invalid 'limit': integer above maximum value. Expected a value <= 10000, but got 10001 instead.",
  ],
  [
    'a temperature of 2.1',
    CreateRunRequest,
    { assistant_id: 'a', temperature: 2.1 },
    'temperature',
    'decimal_above_max_value',
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead.",
  ],
  [
    'a temperature of -1',
    CreateRunRequest,
    { assistant_id: 'a', temperature: -1 },
    'temperature',
    'decimal_below_min_value',
    "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
  ],
  [
    'a number JSON cannot hold',
    CreateRunRequest,
    JSON.parse('{"assistant_id":"a","temperature":1e999}'),
    'temperature',
    'decimal_above_max_value',
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got Infinity instead.",
  ],
  [
    'no completion tokens',
    CreateRunRequest,
    { assistant_id: 'a', max_completion_tokens: 0 },
    'max_completion_tokens',
    'integer_below_min_value',
    "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
  ],
  [
    'an overlap above half',
    CreateThreadRequest,
    staticChunks(101, 51),
    'tool_resources.file_search.vector_stores[0].chunking_strategy.static.chunk_overlap_tokens',
    'integer_above_max_value',
    "Invalid 'tool_resources.file_search.vector_stores[0].chunking_strategy.static.chunk_overlap_tokens': integer above maximum value. Expected a value <= 50 (half of 'max_chunk_size_tokens'), but got 51 instead.",
  ],
  [
    '59 minutes of life',
    UploadFileRequest,
    { purpose: 'batch', expires_after: { anchor: 'created_at', seconds: '3599' } },
    'expires_after.seconds',
    'integer_below_min_value',
    "Invalid 'expires_after.seconds': integer below minimum value. Expected a value >= 3600, but got 3599 instead.",
  ],

  // Between fields
  [
    'a blank message',
    CreateMessageRequest,
    { role: 'user', content: ' \n' },
    'content',
    null,
    'Message content must be non-empty.',
  ],
  [
    'a blank part',
    CreateMessageRequest,
    { role: 'user', content: [{ type: 'text', text: '' }] },
    'content[0].text',
    null,
    'Message content must be non-empty.',
  ],
  [
    'a schema that is no object',
    CreateAssistantRequest,
    functionTool({ name: 'f', parameters: { type: 'string' } }),
    'tools[0].function.parameters',
    'invalid_function_parameters',
    `Invalid schema for function 'f': schema must be a JSON Schema of 'type: "object"', got 'type: "string"'.`,
  ],
  [
    'a schema of a type without end',
    CreateAssistantRequest,
    functionTool({ name: 'f', parameters: { type: 'x'.repeat(100_000) } }),
    'tools[0].function.parameters',
    'invalid_function_parameters',
    `Invalid schema for function 'f': schema must be a JSON Schema of 'type: "object"', got 'type: "${'x'.repeat(938)}…`,
  ],
  [
    'a strict function with an open schema',
    CreateAssistantRequest,
    functionTool({ name: 'f', strict: true, parameters: { type: 'object', properties: {} } }),
    'tools[0].function.parameters',
    'invalid_function_parameters',
    "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
  ],
  [
    'stores both named and made',
    CreateThreadRequest,
    { tool_resources: { file_search: { vector_store_ids: ['vs_1'], vector_stores: [{}] } } },
    'tool_resources.file_search.vector_stores',
    'mutually_exclusive_parameters',
    "Mutually exclusive parameters: 'tool_resources.file_search.vector_stores' and 'tool_resources.file_search.vector_store_ids'. Only one of them can be provided.",
  ],
];

describe('parseRequest', () => {
  it.each(ROWS)('refuses %s', (_, schema, input, param, code, message) => {
    expect(refusalOf(schema, input)).toEqual({ status: 400, message, type: 'invalid_request_error', param, code });
  });

  it('reports types, missing and unknown keys before limits', () => {
    const tooLong = { model: 'm', name: 'x'.repeat(257) };
    expect(refusalOf(CreateAssistantRequest, tooLong).code).toBe('string_above_max_length');
    expect(refusalOf(CreateAssistantRequest, { ...tooLong, description: 5 }).param).toBe('description');
    expect(refusalOf(CreateAssistantRequest, { ...tooLong, foo: 1 }).param).toBe('foo');
    expect(refusalOf(CreateAssistantRequest, { name: tooLong.name }).param).toBe('model');
  });

  it('takes no body where nothing is required', () => {
    expect(parseRequest(CreateThreadRequest, undefined)).toEqual({});
    expect(parseRequest(CreateThreadRequest, null)).toEqual({});
  });

  it('answers a body of a million bad items with one short error', () => {
    const messages = Array.from({ length: 1000 }, () => ({ role: 'user', content: Array(1000).fill(1) }));
    expect(refusalOf(CreateThreadRequest, { messages }).param).toBe('messages[0].content[0]');
    expect(refusalOf(CreateThreadRequest, { ['x'.repeat(1_000_000)]: 1 }).message.length).toBeLessThan(300);
  });

  it('refuses a schema nested so deep that serialising it would overflow the stack', () => {
    const levels = 50_000;
    const parameters: unknown = JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    expect(refusalOf(CreateAssistantRequest, functionTool({ name: 'f', parameters }))).toMatchObject({
      param: 'tools[0].function.parameters',
      message: expect.stringContaining('too deeply nested'),
    });
  });
});
