import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { Unfinished } from './end-run.ts';
import type { HeldRun } from './held-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import type { OpenMessage } from './message-step.ts';
import { beginLogAnew, forgetRest, hasLostEvents } from './lost-events.ts';
import { endOpenStep } from './open-step.ts';
import { ToolCallsStep } from './tool-calls-step.ts';
import { NO_USAGE } from './usage.ts';

/** The turn in which whoever advanced a run before was lost. */
export interface LeftTurn extends Unfinished {
  /** The step of the message the model was writing: it is gone on with, because its readers have its beginning. */
  readonly message: OpenMessage | null;
  /** Calls that were all there, some with results. */
  readonly calls: ToolCallsStep | null;
}

/** Takes up what somebody else has left of a run. */
export async function takeOver(context: EngineContext, held: HeldRun): Promise<LeftTurn> {
  const { id: runId, thread_id: threadId } = held.run;
  context.logger.warn({ runId, threadId, attempt: held.state.attempts }, 'A run was taken over.');
  const isLost = await hasLostEvents(context, held);
  if (isLost) await forgetRest(context, held);
  const { open, openUsage, usage, hasAllCalls } = await loadUnfinished(context.storage, held);
  if (isLost) beginLogAnew(held, open);
  if (open?.message) {
    const message = { step: open.step, message: open.message };
    return { open, openUsage, usage, message, calls: null };
  }
  if (open && hasAllCalls) {
    const calls = ToolCallsStep.resume(held, open.step, open.searches);
    return { open: calls, openUsage, usage, message: null, calls };
  }
  if (open) {
    // Half of a call is of no use, and what is there of it cannot be taken back.
    const { writes, events } = endOpenStep(open, { status: 'cancelled' }, NO_USAGE, unixSeconds());
    held.write(writes, events);
  }
  return { open: null, openUsage: NO_USAGE, usage, message: null, calls: null };
}
