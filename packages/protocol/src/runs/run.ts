import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { ReasoningEffort } from '../models/reasoning-effort.ts';
import { AssistantTool } from '../tools/assistant-tool.ts';
import { ResponseFormat } from '../tools/response-format.ts';
import { ToolChoice } from '../tools/tool-choice.ts';
import { ToolResources } from '../tools/tool-resources.ts';
import { RunStatus } from './run-status.ts';
import { TruncationStrategy } from './truncation-strategy.ts';
import { Usage } from './usage.ts';

/** A function call the client has to answer; `arguments` is JSON text as the model wrote it. */
export const ToolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
export type ToolCall = z.infer<typeof ToolCall>;

/** What a run in `requires_action` waits for. */
export const RequiredAction = z.object({
  type: z.literal('submit_tool_outputs'),
  submit_tool_outputs: z.object({ tool_calls: z.array(ToolCall) }),
});
export type RequiredAction = z.infer<typeof RequiredAction>;

/** Why a run failed. */
export const RunError = z.object({
  code: z.enum(['server_error', 'rate_limit_exceeded', 'invalid_prompt']),
  message: z.string(),
});
export type RunError = z.infer<typeof RunError>;

/** Why a run ended before its answer did. */
export const RunIncompleteReason = z.enum(['max_completion_tokens', 'max_prompt_tokens', 'content_filter']);
export type RunIncompleteReason = z.infer<typeof RunIncompleteReason>;

/** Source: OpenAPI RunObject; keys and order from recorded traffic. Times in Unix seconds. */
export const Run = z.object({
  id: z.string(),
  object: z.literal('thread.run'),
  created_at: z.int(),
  assistant_id: z.string(),
  thread_id: z.string(),
  status: RunStatus,
  started_at: z.int().nullable(),
  expires_at: z.int().nullable(),
  cancelled_at: z.int().nullable(),
  failed_at: z.int().nullable(),
  completed_at: z.int().nullable(),
  required_action: RequiredAction.nullable(),
  last_error: RunError.nullable(),
  model: z.string(),
  /** Null when the assistant has none, as on the wire; OpenAPI says string. */
  instructions: z.string().nullable(),
  tools: z.array(AssistantTool),
  tool_resources: ToolResources,
  metadata: Metadata,
  temperature: z.number().nullable(),
  top_p: z.number().nullable(),
  reasoning_effort: ReasoningEffort.nullable(),
  max_completion_tokens: z.int().nullable(),
  max_prompt_tokens: z.int().nullable(),
  truncation_strategy: TruncationStrategy,
  incomplete_details: z.object({ reason: RunIncompleteReason }).nullable(),
  /** Null until the run has ended. */
  usage: Usage.nullable(),
  response_format: ResponseFormat,
  tool_choice: ToolChoice,
  parallel_tool_calls: z.boolean(),
});
export type Run = z.infer<typeof Run>;
