import { isTerminalRunStatus, type Run } from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { RunHandler } from '../ports/dispatcher.ts';
import { ModelError } from '../ports/model-port.ts';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilReachable } from '../records/until-reachable.ts';
import { addToolCalls, loadConversation } from './conversation.ts';
import { endRun, forgetEvents, type Unfinished } from './end-run.ts';
import { executeTool } from './execute-tool.ts';
import type { HeldRun } from './held-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import { ModelTurn } from './model-turn.ts';
import { endOpenStep, type OpenStep } from './open-step.ts';
import { claimAgain, type ClaimDoubt, claimRun } from './run-claim.ts';
import { type RunEnding, toRunError } from './run-ending.ts';
import { DONE } from './run-events.ts';
import { ClaimLostError } from './run-outbox.ts';
import { planTurn, promptWindow } from './plan-turn.ts';
import { pendingCalls, ToolCallsStep } from './tool-calls-step.ts';
import { untoldDeltas } from './untold-deltas.ts';
import { addUsage, NO_USAGE } from './usage.ts';
import { PromptMeter } from '../tokens/prompt-meter.ts';

/** Advances runs: claims one, takes model turns and executes server tools until it has ended or waits for its client. */
export function createRunLoop(context: EngineContext): RunHandler {
  return async (ticket, interrupt) => {
    try {
      const held = await claimRun(context, ticket, interrupt);
      if (held) await advance(context, held, interrupt);
    } catch (error) {
      // It is somebody else's to end.
      if (error instanceof ClaimLostError) return;
      context.logger.error({ ...ticket, err: error }, 'A run could not be advanced.');
    }
  };
}

/** How far a run has come since it was claimed. */
interface Progress extends Unfinished {
  open: OpenStep | null;
  openUsage: Unfinished['openUsage'];
  usage: Unfinished['usage'];
}

async function advance(context: EngineContext, held: HeldRun, interrupt: AbortSignal): Promise<void> {
  const expiry = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = AbortSignal.any([interrupt, held.stopped, expiry.signal]);
  const progress: Progress = { open: null, openUsage: NO_USAGE, usage: NO_USAGE };
  const signals = { interrupt, expired: expiry.signal };
  try {
    const msToExpiry = Math.max(0, (held.dueAt ?? Infinity) - (await context.storage.now()));
    timer = setTimeout(() => expiry.abort(), Math.min(msToExpiry, 2 ** 31 - 1));
    const ending = await takeTurns(context, held, progress, stop);
    if (ending) await settle(context, held, progress, () => ending);
  } catch (error) {
    const cause: unknown = held.stopped.aborted ? held.stopped.reason : error;
    if (cause instanceof ClaimLostError) return;
    await settle(context, held, progress, (run) => explain(context, run, cause, signals));
  } finally {
    clearTimeout(timer);
  }
}

/** @returns How the run ends, or `null` when it waits for its client. */
async function takeTurns(
  context: EngineContext,
  held: HeldRun,
  progress: Progress,
  stop: AbortSignal,
): Promise<RunEnding | null> {
  if (held.run.status === 'cancelling') {
    Object.assign(progress, await loadUnfinished(context.storage, held));
    return { status: 'cancelled' };
  }
  const meter = new PromptMeter();
  const conversation = await loadConversation(context, held.run, meter, promptWindow(context, held.run), stop);
  progress.usage = conversation.usage;
  while (conversation.turns < context.limits.maxTurns) {
    const planned = await planTurn(context, held.run, conversation, meter, progress.usage);
    if ('ending' in planned) return planned.ending;
    const { request } = planned;
    const turn = new ModelTurn(context, held, conversation.callIds, (open) => (progress.open = open));
    const result = await turn.play(request, stop);
    progress.openUsage = result.usage;
    progress.usage = addUsage(progress.usage, result.usage);
    if (result.finishReason === 'length') return { status: 'incomplete', reason: 'max_completion_tokens' };
    if (result.finishReason === 'content-filter') return { status: 'incomplete', reason: 'content_filter' };

    const { step } = result;
    if (!(step instanceof ToolCallsStep)) return { status: 'completed' };
    await executeServerTools(context, held, step, progress, stop);
    if (pendingCalls(step.step).length > 0) {
      await waitForClient(held, step, progress);
      return null;
    }
    const { writes, events } = endOpenStep(step, { status: 'completed' }, result.usage, unixSeconds());
    held.write(writes, events);
    progress.open = null;
    progress.openUsage = NO_USAGE;
    addToolCalls(conversation, result.text, step.calls);
  }
  const message = `The run was stopped after ${context.limits.maxTurns} turns that only called tools.`;
  return { status: 'failed', error: { code: 'server_error', message } };
}

/** Executes the calls of tools that run here; each result is stored when it is there. */
async function executeServerTools(
  context: EngineContext,
  held: HeldRun,
  step: ToolCallsStep,
  { openUsage }: Progress,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all(
    step.calls.map(async (call) => {
      const tool = context.tools.get(call.name);
      if (!tool) return;
      step.setOutput(call.id, await executeTool(context, tool, call, held.run, stop));
      held.write([step.save(openUsage)], []);
    }),
  );
}

/** Parks the run until its client submits the missing results. */
async function waitForClient(held: HeldRun, step: ToolCallsStep, { openUsage }: Progress): Promise<void> {
  const toolCalls = pendingCalls(step.step);
  await held.transition(
    {
      status: 'requires_action',
      required_action: { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls: toolCalls } },
    },
    [step.save(openUsage)],
    (runText) => [{ event: 'thread.run.requires_action', data: runText }, DONE],
  );
}

/** Ends a run, also when the store does not take it at once; not when it has become somebody else's to end. */
async function settle(
  context: EngineContext,
  held: HeldRun,
  progress: Unfinished,
  endingOf: (run: Run) => RunEnding,
): Promise<void> {
  let holder = held;
  const doubt: ClaimDoubt = { fence: null };
  await untilReachable(context, { waiting: 'a run waits for it to be ended' }, async () => {
    if (!holder.stopped.aborted) return endRun(context, holder, endingOf(holder.run), progress);
    const again = await claimAgain(context, holder, doubt);
    if (!again) return forgetEventsOfEnded(context, holder);
    const loss: unknown = holder.stopped.reason;
    holder = again;
    const written = await loadUnfinished(context.storage, holder);
    const ending = endingOf(holder.run);
    const untold = untoldDeltas(progress.open, written.open);
    if (untold) {
      for (const event of untold) holder.emit(event);
      return endRun(context, holder, ending, progress);
    }
    // What was written is what counts: its readers have seen no more. An answer of which a part may be missing is none.
    const isShort = ending.status === 'completed' || ending.status === 'incomplete';
    await endRun(context, holder, isShort ? { status: 'failed', error: toRunError(loss) } : ending, written);
  });
}

/** When a run's end was written and only the answer was lost. */
async function forgetEventsOfEnded(context: EngineContext, held: HeldRun): Promise<void> {
  const record = await context.storage.get(runKey(held.run.thread_id, held.run.id));
  if (record && isTerminalRunStatus(parseRecord(record).status)) await forgetEvents(context, held);
}

/** How a run ends whose advance was broken off. */
function explain(
  context: EngineContext,
  { id: runId, thread_id: threadId, model, status }: Run,
  cause: unknown,
  { interrupt, expired }: { interrupt: AbortSignal; expired: AbortSignal },
): RunEnding {
  if (status === 'cancelling') return { status: 'cancelled' };
  if (expired.aborted) return { status: 'expired' };
  if (interrupt.aborted) {
    const message = 'The server was stopped before the run ended.';
    return { status: 'failed', error: { code: 'server_error', message } };
  }
  if (ModelError.isInstance(cause)) {
    context.logger.warn({ runId, threadId, model, code: cause.code, reason: cause.message }, 'A run failed.');
  } else {
    context.logger.error({ runId, threadId, err: cause }, 'A run failed for a reason of our own.');
  }
  return { status: 'failed', error: toRunError(cause) };
}
