import type {
  CompleteUploadRequest,
  CreateAssistantRequest,
  CreateMessageRequest,
  CreateRunRequest,
  CreateThreadAndRunRequest,
  CreateThreadRequest,
  CreateUploadRequest,
  CreateVectorStoreFileBatchRequest,
  CreateVectorStoreFileRequest,
  CreateVectorStoreRequest,
  SearchVectorStoreRequest,
  SubmitToolOutputsRequest,
  UpdateAssistantRequest,
  UpdateMessageRequest,
  UpdateThreadRequest,
  UpdateVectorStoreFileRequest,
  UpdateVectorStoreRequest,
} from '@cogitator-ai/openai-protocol';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { named } from './named.ts';
import { someAttributes, someJsonSchema, someMetadata, someText } from './values.ts';

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
  file_search: body<{ vector_store_ids?: string[] }>({
    vector_store_ids: fc.constantFrom([], [named('empty_store_id')]),
  }),
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

const expiresAfter = nullable(
  fc.integer({ min: 1, max: 365 }).map((days) => ({ anchor: 'last_active_at' as const, days })),
);
const chunkingStrategy = fc.oneof(
  fc.constant({ type: 'auto' }),
  fc
    .integer({ min: 100, max: 4096 })
    .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: Math.floor(size / 2) })))
    .map(([size, overlap]) => ({
      type: 'static',
      static: { max_chunk_size_tokens: size, chunk_overlap_tokens: overlap },
    })),
);
const attributes = nullable(someAttributes);
const fileIds = fc.array(fc.constant(named('file_id')), { minLength: 1, maxLength: 2 });

const storeFields: Fields<UpdateVectorStoreRequest> = {
  name: nullable(someText),
  expires_after: expiresAfter,
  metadata,
};

export const createVectorStore = body<CreateVectorStoreRequest>({
  ...storeFields,
  description: nullable(someText),
  file_ids: fc.oneof(fileIds, fc.constant([])),
  chunking_strategy: chunkingStrategy,
});
export const updateVectorStore = body<UpdateVectorStoreRequest>(storeFields);

export const createVectorStoreFile = body<CreateVectorStoreFileRequest>(
  { file_id: fc.constant(named('file_id')), attributes, chunking_strategy: chunkingStrategy },
  ['file_id'],
);
export const updateVectorStoreFile = body<UpdateVectorStoreFileRequest>({ attributes }, ['attributes']);

const batchFields = { attributes, chunking_strategy: chunkingStrategy };
export const createVectorStoreFileBatch = fc.oneof(
  body<Omit<CreateVectorStoreFileBatchRequest, 'files'>>({ ...batchFields, file_ids: fileIds }, ['file_ids']),
  body<Omit<CreateVectorStoreFileBatchRequest, 'file_ids'>>(
    { ...batchFields, files: fc.array(createVectorStoreFile, { minLength: 1, maxLength: 2 }) },
    ['files'],
  ),
);

const attributeKey = fc.oneof(someText, fc.constantFrom('a', '__proto__', 'x'.repeat(64)));
const attributeFilter = fc.letrec((tie) => ({
  comparison: fc.oneof(
    fc.record(
      {
        type: fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte'),
        key: attributeKey,
        value: fc.oneof(someText, fc.double({ noDefaultInfinity: true, noNaN: true }), fc.boolean()),
      },
      { noNullPrototype: true },
    ),
    fc.record(
      {
        type: fc.constantFrom('in', 'nin'),
        key: attributeKey,
        value: fc.array(fc.oneof(someText, fc.integer()), { maxLength: 3 }),
      },
      { noNullPrototype: true },
    ),
  ),
  compound: fc.record(
    {
      type: fc.constantFrom('and', 'or'),
      filters: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
    },
    { noNullPrototype: true },
  ),
  filter: fc.oneof({ maxDepth: 4 }, tie('comparison'), tie('compound')),
})).filter;

const query = fc.oneof(someText, fc.constant('x'.repeat(10_000)));
export const searchVectorStore = body<SearchVectorStoreRequest>(
  {
    query: fc.oneof(query, fc.array(query, { minLength: 1, maxLength: 3 })),
    rewrite_query: nullable(fc.boolean()),
    max_num_results: fc.integer({ min: 1, max: 50 }),
    filters: nullable(attributeFilter),
    ranking_options: nullable(
      body<{ ranker?: string; score_threshold?: number; hybrid_search?: object }>({
        ranker: fc.constantFrom('none', 'auto', 'default-2024-11-15'),
        score_threshold: zeroToOne,
        hybrid_search: zeroToOne.map((weight) => ({ embedding_weight: weight, text_weight: 1 })),
      }),
    ),
  },
  ['query'],
);
