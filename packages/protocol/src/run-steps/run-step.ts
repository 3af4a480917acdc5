import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { Usage } from '../runs/usage.ts';

/** `output` is null until the client or the server has answered the call. */
export const FunctionStepToolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string(), output: z.string().nullable() }),
});
export type FunctionStepToolCall = z.infer<typeof FunctionStepToolCall>;

export const CodeInterpreterOutput = z.discriminatedUnion('type', [
  z.object({ type: z.literal('logs'), logs: z.string() }),
  z.object({ type: z.literal('image'), image: z.object({ file_id: z.string() }) }),
]);
export type CodeInterpreterOutput = z.infer<typeof CodeInterpreterOutput>;

export const CodeInterpreterStepToolCall = z.object({
  id: z.string(),
  type: z.literal('code_interpreter'),
  code_interpreter: z.object({ input: z.string(), outputs: z.array(CodeInterpreterOutput) }),
});
export type CodeInterpreterStepToolCall = z.infer<typeof CodeInterpreterStepToolCall>;

/** One file found; `content` only when the request asked for it with `include[]`. */
export const FileSearchResult = z.object({
  file_id: z.string(),
  file_name: z.string(),
  score: z.number(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })).exactOptional(),
});
export type FileSearchResult = z.infer<typeof FileSearchResult>;

export const FileSearchStepToolCall = z.object({
  id: z.string(),
  type: z.literal('file_search'),
  file_search: z.object({
    ranking_options: z.object({ ranker: z.literal('default_2024_08_21'), score_threshold: z.number() }),
    results: z.array(FileSearchResult),
  }),
});
export type FileSearchStepToolCall = z.infer<typeof FileSearchStepToolCall>;

export const StepToolCall = z.discriminatedUnion('type', [
  FunctionStepToolCall,
  CodeInterpreterStepToolCall,
  FileSearchStepToolCall,
]);
export type StepToolCall = z.infer<typeof StepToolCall>;

/** What a step did: wrote a message, or called tools. */
export const StepDetails = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_creation'), message_creation: z.object({ message_id: z.string() }) }),
  z.object({ type: z.literal('tool_calls'), tool_calls: z.array(StepToolCall) }),
]);
export type StepDetails = z.infer<typeof StepDetails>;

export const RunStepStatus = z.enum(['in_progress', 'cancelled', 'failed', 'completed', 'expired']);
export type RunStepStatus = z.infer<typeof RunStepStatus>;

/** Why a step failed. */
export const RunStepError = z.object({ code: z.enum(['server_error', 'rate_limit_exceeded']), message: z.string() });
export type RunStepError = z.infer<typeof RunStepError>;

/** Source: OpenAPI RunStepObject and recorded traffic; all keys of both. Times in Unix seconds. */
export const RunStep = z.object({
  id: z.string(),
  object: z.literal('thread.run.step'),
  created_at: z.int(),
  run_id: z.string(),
  assistant_id: z.string(),
  thread_id: z.string(),
  type: z.enum(['message_creation', 'tool_calls']),
  status: RunStepStatus,
  cancelled_at: z.int().nullable(),
  completed_at: z.int().nullable(),
  failed_at: z.int().nullable(),
  expires_at: z.int().nullable(),
  expired_at: z.int().nullable(),
  last_error: RunStepError.nullable(),
  step_details: StepDetails,
  metadata: Metadata,
  /** Null while the step is in progress. */
  usage: Usage.nullable(),
});
export type RunStep = z.infer<typeof RunStep>;
