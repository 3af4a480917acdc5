import { z } from 'zod';
import { Instructions } from '../assistants/assistant-requests.ts';
import { CreateMessageRequest } from '../messages/message-requests.ts';
import { Metadata } from '../metadata.ts';
import { ReasoningEffort } from '../models/reasoning-effort.ts';
import { Temperature, TopP } from '../models/sampling.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { integer } from '../primitives/number.ts';
import { text } from '../primitives/text.ts';
import { CreateThreadRequest, MAX_MESSAGES_PER_REQUEST } from '../threads/thread-requests.ts';
import { AssistantTools } from '../tools/assistant-tool.ts';
import { ResponseFormat } from '../tools/response-format.ts';
import { ToolChoice } from '../tools/tool-choice.ts';
import { UpdateToolResources } from '../tools/tool-resources.ts';
import { TruncationStrategyParam } from './truncation-strategy.ts';

/** The live service took 16 although the OpenAPI description says 256. */
const TokenBudget = integer({ min: 1 });

const settings = {
  model: z.string().min(1).nullish(),
  reasoning_effort: ReasoningEffort.nullish(),
  instructions: Instructions.nullish(),
  tools: AssistantTools.nullish(),
  metadata: Metadata.nullish(),
  temperature: Temperature.nullish(),
  top_p: TopP.nullish(),
  stream: z.boolean().nullish(),
  max_prompt_tokens: TokenBudget.nullish(),
  max_completion_tokens: TokenBudget.nullish(),
  truncation_strategy: TruncationStrategyParam.nullish(),
  tool_choice: ToolChoice.nullish(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: ResponseFormat.nullish(),
};

/** Body of `POST /v1/threads/{thread_id}/runs`. Source: OpenAPI CreateRunRequest. */
export const CreateRunRequest = z.strictObject({
  assistant_id: z.string(),
  ...settings,
  additional_instructions: Instructions.nullish(),
  additional_messages: boundedArray(CreateMessageRequest, { max: MAX_MESSAGES_PER_REQUEST }).nullish(),
});
export type CreateRunRequest = z.infer<typeof CreateRunRequest>;

/** Body of `POST /v1/threads/runs`. Source: OpenAPI CreateThreadAndRunRequest. */
export const CreateThreadAndRunRequest = z.strictObject({
  assistant_id: z.string(),
  thread: CreateThreadRequest.optional(),
  ...settings,
  tool_resources: UpdateToolResources.nullish(),
});
export type CreateThreadAndRunRequest = z.infer<typeof CreateThreadAndRunRequest>;

/** Body of `POST /v1/threads/{thread_id}/runs/{run_id}`. Source: OpenAPI ModifyRunRequest. */
export const UpdateRunRequest = z.strictObject({ metadata: Metadata.nullish() });
export type UpdateRunRequest = z.infer<typeof UpdateRunRequest>;

/** The answer to one tool call of a run. */
export const ToolOutput = z.strictObject({
  tool_call_id: z.string().optional(),
  output: text({ max: 512 * 1024 }).optional(),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

/** Body of `POST …/runs/{run_id}/submit_tool_outputs`. Source: OpenAPI SubmitToolOutputsRunRequest. */
export const SubmitToolOutputsRequest = z.strictObject({
  tool_outputs: boundedArray(ToolOutput, { max: 1000 }),
  stream: z.boolean().nullish(),
});
export type SubmitToolOutputsRequest = z.infer<typeof SubmitToolOutputsRequest>;
