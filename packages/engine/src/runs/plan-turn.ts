import type { Run, Usage } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import type { ModelMessage, ModelRequest } from '../ports/model-port.ts';
import type { PromptMeter } from '../tokens/prompt-meter.ts';
import { type Conversation, lastMessagesOf } from './conversation.ts';
import { fitMessages } from './fit-messages.ts';
import { buildModelRequest, functionsOf } from './model-request.ts';
import type { RunEnding } from './run-ending.ts';

/** Tokens left for the answer where the run sets no limit. */
const ANSWER_TOKENS = 4096;

/** Tokens a prompt of this run may have: the model's window without the room for an answer. */
export function promptWindow(
  { models, limits }: Pick<EngineContext, 'models' | 'limits'>,
  { model, max_completion_tokens: max }: Run,
): number {
  const window = models.contextTokens?.(model) ?? limits.contextTokens;
  return window - Math.min(max ?? ANSWER_TOKENS, Math.floor(window / 4));
}

/**
 * The run's next request, cut to what the model takes and to what is left of the run's budgets; or how the run ends
 * because nothing is left.
 *
 * @param usage - What the run's turns have cost so far.
 * @throws `ModelError` `unavailable` for a built-in tool that this server cannot run.
 */
export async function planTurn(
  context: EngineContext,
  run: Run,
  { thread, own, turns }: Conversation,
  meter: PromptMeter,
  usage: Usage,
): Promise<{ request: ModelRequest } | { ending: RunEnding }> {
  const maxTokens = run.max_completion_tokens && run.max_completion_tokens - usage.completion_tokens;
  if (maxTokens !== null && maxTokens <= 0) return usedUp('max_completion_tokens');

  const tools = functionsOf(run, context.tools);
  const system: ModelMessage[] = run.instructions ? [{ role: 'system', content: run.instructions }] : [];
  const fixed = [...system, ...tools, ...own];
  const budget = run.max_prompt_tokens === null ? Infinity : run.max_prompt_tokens - usage.prompt_tokens;

  let told = thread;
  if (lastMessagesOf(run) === null) {
    const window = promptWindow(context, run);
    const fitting = await fitMessages(meter, thread, { fixed, tokens: Math.min(window, budget) });
    if (!fitting && budget < window) return usedUp('max_prompt_tokens');
    // What is too long for the model the model itself refuses, in its own words.
    told = fitting ?? thread.slice(-1);
  } else if (budget !== Infinity) {
    const fitting = await fitMessages(meter, thread, { fixed, tokens: budget });
    if (fitting?.length !== thread.length) return usedUp('max_prompt_tokens');
  }
  const messages = [...system, ...told, ...own];
  return { request: buildModelRequest(run, { messages, tools, isFirst: turns === 0, maxTokens }) };
}

function usedUp(reason: Extract<RunEnding, { status: 'incomplete' }>['reason']): { ending: RunEnding } {
  return { ending: { status: 'incomplete', reason } };
}
