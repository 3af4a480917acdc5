import {
  type Assistant,
  type CreateRunRequest,
  type CreateThreadAndRunRequest,
  type Json,
  normalizeTools,
  type Run,
  type ToolResources,
} from '@cogitator-ai/openai-protocol';
import type { Insert, Put } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { activeRunLock } from './active-run.ts';
import type { RunState } from './run-state.ts';

type RunRequest = CreateRunRequest | Omit<CreateThreadAndRunRequest, 'thread' | 'tool_resources'>;

/**
 * A queued run: the assistant's settings with the request's in front. Later changes to the assistant do not reach it.
 *
 * @param toolResources - Those of the run alone. Default none.
 */
export function buildRun(
  context: EngineContext,
  threadId: string,
  assistant: Assistant,
  request: RunRequest,
  toolResources: ToolResources = {},
): Run {
  const createdAt = unixSeconds();
  return {
    id: context.ids.create('run'),
    object: 'thread.run',
    created_at: createdAt,
    assistant_id: assistant.id,
    thread_id: threadId,
    status: 'queued',
    started_at: null,
    expires_at: createdAt + Math.floor(context.limits.runLifetimeMs / 1000),
    cancelled_at: null,
    failed_at: null,
    completed_at: null,
    required_action: null,
    last_error: null,
    model: request.model ?? assistant.model,
    instructions: joinInstructions(
      request.instructions ?? assistant.instructions,
      'additional_instructions' in request ? request.additional_instructions : null,
    ),
    tools: request.tools ? normalizeTools(request.tools) : assistant.tools,
    tool_resources: toolResources,
    metadata: request.metadata ?? {},
    temperature: request.temperature ?? assistant.temperature,
    top_p: request.top_p ?? assistant.top_p,
    reasoning_effort: ('reasoning_effort' in request ? request.reasoning_effort : null) ?? assistant.reasoning_effort,
    max_completion_tokens: request.max_completion_tokens ?? null,
    max_prompt_tokens: request.max_prompt_tokens ?? null,
    truncation_strategy: {
      type: request.truncation_strategy?.type ?? 'auto',
      last_messages: request.truncation_strategy?.last_messages ?? null,
    },
    incomplete_details: null,
    usage: null,
    response_format: request.response_format ?? assistant.response_format,
    tool_choice: request.tool_choice ?? 'auto',
    parallel_tool_calls: request.parallel_tool_calls ?? true,
  };
}

/** What is stored with a run. */
export interface RunFields {
  readonly fence: number;
  /** Store time in ms at which somebody has to look after it; of a run that has ended nobody has. */
  readonly dueAt: number;
  readonly state: RunState;
}

/** Stores a run. While it is active it locks its thread. */
export function writeRun(
  write: 'insert' | 'put',
  { value: run, text }: Json<Run>,
  { fence, dueAt, state }: RunFields,
): Insert | Put {
  const unique = activeRunLock(run.status);
  return {
    write,
    key: runKey(run.thread_id, run.id),
    body: text,
    state: JSON.stringify(state),
    unique,
    fence,
    dueAt: unique === null ? null : dueAt,
  };
}

function joinInstructions(instructions: string | null, additional: string | null | undefined): string | null {
  if (!additional) return instructions;
  return instructions ? `${instructions}\n${additional}` : additional;
}
