import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CreateAssistantRequest, UpdateAssistantRequest } from './assistants/assistant-requests.ts';
import { parseRequest } from './errors/from-zod.ts';
import { CreateMessageRequest } from './messages/message-requests.ts';
import { CreateRunRequest, CreateThreadAndRunRequest, SubmitToolOutputsRequest } from './runs/run-requests.ts';
import { CreateThreadRequest } from './threads/thread-requests.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id_${index}`);
const run = (fields: object) => ({ assistant_id: 'asst_1', ...fields });
const assistant = (fields: object) => ({ model: 'm', ...fields });
const tool = (definition: object) => assistant({ tools: [{ type: 'function', function: definition }] });
const search = (options: object) => assistant({ tools: [{ type: 'file_search', file_search: options }] });
const chunks = (size: number, overlap: number) => ({
  tool_resources: {
    file_search: {
      vector_stores: [
        {
          chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: size, chunk_overlap_tokens: overlap } },
        },
      ],
    },
  },
});
const messages = (count: number) => Array.from({ length: count }, () => ({ role: 'user', content: 'Hi' }));
const codeTools = (count: number) => Array.from({ length: count }, () => ({ type: 'code_interpreter' }));
const codeFiles = (count: number) => ({ tool_resources: { code_interpreter: { file_ids: ids(count) } } });
const stores = (count: number) => ({ tool_resources: { file_search: { vector_store_ids: ids(count) } } });

describe('limits', () => {
  it.each<[what: string, schema: z.ZodType, taken: unknown, refused: unknown]>([
    ['name', CreateAssistantRequest, assistant({ name: '🙂'.repeat(256) }), assistant({ name: '🙂'.repeat(257) })],
    ['description', UpdateAssistantRequest, { description: 'x'.repeat(512) }, { description: 'x'.repeat(513) }],
    [
      'instructions',
      UpdateAssistantRequest,
      { instructions: '🙂'.repeat(256_000) },
      { instructions: '🙂'.repeat(256_001) },
    ],
    [
      'run instructions',
      CreateRunRequest,
      run({ instructions: 'x'.repeat(256_000) }),
      run({ instructions: 'x'.repeat(256_001) }),
    ],
    ['function name', CreateAssistantRequest, tool({ name: 'x'.repeat(64) }), tool({ name: 'x'.repeat(65) })],
    ['tools', CreateRunRequest, run({ tools: codeTools(128) }), run({ tools: codeTools(129) })],
    ['max_num_results', CreateAssistantRequest, search({ max_num_results: 50 }), search({ max_num_results: 51 })],
    [
      'score_threshold',
      CreateAssistantRequest,
      search({ ranking_options: { score_threshold: 1 } }),
      search({ ranking_options: { score_threshold: 1.01 } }),
    ],
    ['code_interpreter files', CreateAssistantRequest, assistant(codeFiles(20)), assistant(codeFiles(21))],
    ['vector stores', CreateThreadRequest, stores(1), stores(2)],
    ['temperature', CreateAssistantRequest, assistant({ temperature: 2 }), assistant({ temperature: 2.001 })],
    ['top_p', CreateRunRequest, run({ top_p: 1 }), run({ top_p: 1.001 })],
    ['max_prompt_tokens', CreateRunRequest, run({ max_prompt_tokens: 1 }), run({ max_prompt_tokens: 0 })],
    [
      'last_messages',
      CreateRunRequest,
      run({ truncation_strategy: { type: 'last_messages', last_messages: 1 } }),
      run({ truncation_strategy: { type: 'last_messages', last_messages: 0 } }),
    ],
    ['smallest chunk', CreateThreadRequest, chunks(100, 0), chunks(99, 0)],
    ['largest chunk', CreateThreadRequest, chunks(4096, 2048), chunks(4097, 0)],
    ['chunk overlap', CreateThreadRequest, chunks(101, 50), chunks(101, 51)],
    [
      'message text',
      CreateMessageRequest,
      { role: 'user', content: '🙂'.repeat(256_000) },
      { role: 'user', content: '🙂'.repeat(256_001) },
    ],
    [
      'message parts',
      CreateMessageRequest,
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
      { role: 'user', content: [] },
    ],
    ['messages', CreateThreadRequest, { messages: messages(1000) }, { messages: messages(1001) }],
    [
      'tool output',
      SubmitToolOutputsRequest,
      { tool_outputs: [{ output: 'x'.repeat(524_288) }] },
      { tool_outputs: [{ output: 'x'.repeat(524_289) }] },
    ],
  ])('%s', (_, schema, taken, refused) => {
    expect(parseRequest(schema, taken)).toEqual(taken);
    expect(() => parseRequest(schema, refused)).toThrow(/^Invalid '/);
  });

  it('makes no difference between null and nothing where null is allowed', () => {
    const nulls = {
      model: null,
      instructions: null,
      tools: null,
      metadata: null,
      temperature: null,
      top_p: null,
      stream: null,
      max_prompt_tokens: null,
      max_completion_tokens: null,
      truncation_strategy: null,
      tool_choice: null,
      response_format: null,
      reasoning_effort: null,
    };
    expect(
      parseRequest(CreateRunRequest, run({ ...nulls, additional_instructions: null, additional_messages: null })),
    ).toBeTruthy();
    expect(parseRequest(CreateThreadAndRunRequest, run({ ...nulls, tool_resources: null }))).toBeTruthy();
  });
});
