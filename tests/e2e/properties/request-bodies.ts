import type {
  CompleteUploadRequest,
  CreateAssistantRequest,
  CreateMessageRequest,
  CreateRunRequest,
  CreateThreadAndRunRequest,
  CreateThreadRequest,
  CreateUploadRequest,
  SubmitToolOutputsRequest,
  UpdateAssistantRequest,
  UpdateMessageRequest,
  UpdateThreadRequest,
} from '@cogitator-ai/openai-protocol';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { named } from './named.ts';
import { someJsonSchema, someMetadata, someText } from './values.ts';

/** An arbitrary for each key. */
type Fields<T> = { [K in keyof T]-?: Arbitrary<unknown> };

/** The required keys, and any of the others. That all keys of `T` are given is for the compiler to see. */
function body<T extends object>(fields: Fields<T>, requiredKeys: (keyof T)[] = []): Arbitrary<T> {
  return fc.record<Record<string, unknown>>(fields, {
    requiredKeys: requiredKeys as string[],
    noNullPrototype: true,
  }) as Arbitrary<T>;
}

const nullable = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> => fc.option(arbitrary, { freq: 5 });

const name = fc.string({ unit: fc.constantFrom('a', 'z', 'A', 'Z', '0', '9', '_', '-'), minLength: 1, maxLength: 64 });
const metadata = nullable(someMetadata);
const instructions = nullable(
  fc.oneof({ weight: 20, arbitrary: someText }, { weight: 1, arbitrary: fc.constant('x'.repeat(256_000)) }),
);
const zeroToOne = fc.double({ min: 0, max: 1, noNaN: true });
const zeroToTwo = fc.double({ min: 0, max: 2, noNaN: true });

const tool = fc.oneof(
  fc.constant({ type: 'code_interpreter' }),
  body<{ type: string; file_search?: object }>(
    {
      type: fc.constant('file_search'),
      file_search: body<{ max_num_results?: number; ranking_options?: object }>({
        max_num_results: fc.integer({ min: 1, max: 50 }),
        ranking_options: body<{ ranker?: string; score_threshold: number }>(
          { ranker: fc.constantFrom('auto', 'default_2024_08_21'), score_threshold: zeroToOne },
          ['score_threshold'],
        ),
      }),
    },
    ['type'],
  ),
  body<{ name: string; description?: string; parameters?: object; strict?: boolean | null }>(
    { name, description: someText, parameters: someJsonSchema, strict: fc.constantFrom(false, null) },
    ['name'],
  ).map((definition) => ({ type: 'function', function: definition })),
);
const tools = fc.array(tool, { maxLength: 4 });

const responseFormat = fc.oneof(
  fc.constantFrom('auto', { type: 'text' }, { type: 'json_object' }),
  body<{ name: string; description?: string; schema?: object; strict?: boolean | null }>(
    { name, description: someText, schema: someJsonSchema, strict: fc.constantFrom(false, null) },
    ['name'],
  ).map((schema) => ({ type: 'json_schema', json_schema: schema })),
);

const reasoningEffort = fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max');

const toolResources = body<{ code_interpreter?: object; file_search?: object }>({
  code_interpreter: body<{ file_ids?: string[] }>({
    file_ids: fc.array(fc.constant(named('file_id')), { maxLength: 2 }),
  }),
  file_search: body<{ vector_store_ids?: string[] }>({ vector_store_ids: fc.constant([]) }),
});

const assistantFields: Fields<UpdateAssistantRequest> = {
  model: fc.constant(named('model')),
  name: nullable(fc.oneof(someText, fc.constant('x'.repeat(256)))),
  description: nullable(someText),
  instructions,
  reasoning_effort: nullable(reasoningEffort),
  tools,
  metadata,
  temperature: nullable(zeroToTwo),
  top_p: nullable(zeroToOne),
  response_format: nullable(responseFormat),
  tool_resources: nullable(toolResources),
};

export const createAssistant = body<CreateAssistantRequest>(assistantFields, ['model']);
export const updateAssistant = body<UpdateAssistantRequest>(assistantFields);

const detail = fc.constantFrom('auto', 'low', 'high');

const contentPart = fc.oneof(
  someText.map((text) => ({ type: 'text', text })),
  body<{ url: string; detail?: string }>(
    { url: fc.constantFrom('https://example.com/a.png', 'data:image/png;base64,iVBORw0KGgo='), detail },
    ['url'],
  ).map((image) => ({ type: 'image_url', image_url: image })),
  body<{ file_id: string; detail?: string }>({ file_id: fc.constant(named('file_id')), detail }, ['file_id']).map(
    (image) => ({ type: 'image_file', image_file: image }),
  ),
);

const attachment = fc.constant({ file_id: named('file_id'), tools: [{ type: 'code_interpreter' }] });

const messageFields: Fields<CreateMessageRequest> = {
  role: fc.constantFrom('user', 'assistant'),
  content: fc.oneof(someText, fc.array(contentPart, { minLength: 1, maxLength: 3 })),
  attachments: nullable(fc.array(attachment, { maxLength: 2 })),
  metadata,
};

export const createMessage = body<CreateMessageRequest>(messageFields, ['role', 'content']);
export const updateMetadata = body<UpdateMessageRequest>({ metadata });

const threadFields: Fields<CreateThreadRequest> = {
  messages: fc.array(createMessage, { maxLength: 3 }),
  tool_resources: nullable(toolResources),
  metadata,
};

export const createThread = body<CreateThreadRequest>(threadFields);
export const updateThread = body<UpdateThreadRequest>({
  tool_resources: threadFields.tool_resources,
  metadata,
});

const runFields: Fields<Omit<CreateRunRequest, 'additional_instructions' | 'additional_messages'>> = {
  assistant_id: fc.constant(named('assistant_id')),
  model: nullable(fc.constant(named('model'))),
  reasoning_effort: nullable(reasoningEffort),
  instructions,
  tools: nullable(tools),
  metadata,
  temperature: nullable(zeroToTwo),
  top_p: nullable(zeroToOne),
  stream: nullable(fc.boolean()),
  max_prompt_tokens: nullable(fc.integer({ min: 1, max: 100_000 })),
  max_completion_tokens: nullable(fc.integer({ min: 1, max: 100_000 })),
  truncation_strategy: nullable(
    fc.constantFrom(
      { type: 'auto' },
      { type: 'auto', last_messages: null },
      { type: 'last_messages', last_messages: 2 },
    ),
  ),
  tool_choice: nullable(fc.constantFrom('none', 'auto', 'required')),
  parallel_tool_calls: fc.boolean(),
  response_format: nullable(responseFormat),
};

export const createRun = body<CreateRunRequest>(
  {
    ...runFields,
    additional_instructions: instructions,
    additional_messages: nullable(fc.array(createMessage, { maxLength: 2 })),
  },
  ['assistant_id'],
);

/** A thread that asks something, else there is nothing to run. */
const askingThread = fc
  .tuple(createThread, createMessage)
  .map(([thread, message]) => ({ ...thread, messages: [...(thread.messages ?? []), { ...message, role: 'user' }] }));

export const createThreadAndRun = body<CreateThreadAndRunRequest>(
  { ...runFields, thread: askingThread, tool_resources: nullable(toolResources) },
  ['assistant_id', 'thread'],
);

/** Ids of calls are the model's; see `world.ts`. */
const toolOutput = body<{ tool_call_id?: string; output?: string }>(
  { tool_call_id: fc.constant('call_A'), output: fc.oneof(someText, fc.constant('')) },
  ['tool_call_id'],
);

export const submitToolOutputs = body<SubmitToolOutputsRequest>(
  { tool_outputs: toolOutput.map((output) => [output]), stream: nullable(fc.boolean()) },
  ['tool_outputs'],
);

export const createUpload = body<CreateUploadRequest>(
  {
    filename: fc.oneof(someText, fc.constantFrom('a.txt', 'naïve 文件.txt', '../../x', 'x'.repeat(1024))),
    purpose: fc.constantFrom('fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'),
    bytes: fc.integer({ min: 1, max: 8 * 2 ** 30 }),
    mime_type: fc.constantFrom('text/plain', 'application/octet-stream', 'x'),
    expires_after: nullable(
      fc.integer({ min: 3600, max: 2_592_000 }).map((seconds) => ({ anchor: 'created_at', seconds })),
    ),
  },
  ['filename', 'purpose', 'bytes', 'mime_type'],
);

/** A checksum that is wrong has the parts joined first. */
export const completeUpload = body<Omit<CompleteUploadRequest, 'md5'>>({ part_ids: fc.constant([named('part_id')]) }, [
  'part_ids',
]);
