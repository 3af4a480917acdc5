import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { Unfinished } from './end-run.ts';
import type { HeldRun } from './held-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import { MessageStep } from './message-step.ts';
import { endOpenStep, type OpenStep } from './open-step.ts';
import { EVENTS_LOST, isBeginning } from './run-events.ts';
import { ToolCallsStep } from './tool-calls-step.ts';
import { NO_USAGE } from './usage.ts';

/** The turn in which whoever advanced a run before was lost. */
export interface LeftTurn extends Unfinished {
  /** The message the model was writing: it is gone on with, because its readers have its beginning. */
  readonly message: MessageStep | null;
  /** Calls that were all there, some with results. */
  readonly calls: ToolCallsStep | null;
}

/** Takes up what somebody else has left of a run. */
export async function takeOver(context: EngineContext, held: HeldRun): Promise<LeftTurn> {
  const { id: runId, thread_id: threadId } = held.run;
  context.logger.warn({ runId, threadId, attempt: held.state.attempts }, 'A run was taken over.');
  const [[first], { open, openUsage, usage, hasAllCalls }] = await Promise.all([
    context.storage.events.read(held.stream, { after: 0, limit: 1 }),
    loadUnfinished(context.storage, held),
  ]);
  if (!isBeginning(first)) beginAnew(held, open);
  if (open?.message) {
    const message = MessageStep.resume(held, open.step, open.message);
    return { open: message, openUsage, usage, message, calls: null };
  }
  if (open && hasAllCalls) {
    const calls = ToolCallsStep.resume(held, open.step);
    return { open: calls, openUsage, usage, message: null, calls };
  }
  if (open) {
    // Half of a call is of no use, and what is there of it cannot be taken back.
    const { writes, events } = endOpenStep(open, { status: 'cancelled' }, NO_USAGE, unixSeconds());
    held.write(writes, events);
  }
  return { open: null, openUsage: NO_USAGE, usage, message: null, calls: null };
}

/** Begins the log of a run again whose store has lost it: with what its readers need to make sense of the rest. */
function beginAnew(held: HeldRun, open: OpenStep | null): void {
  const run = JSON.stringify(held.run);
  const events = [
    EVENTS_LOST,
    ...['created', 'queued', 'in_progress'].map((status) => ({ event: `thread.run.${status}`, data: run })),
  ];
  if (open) {
    const step = JSON.stringify(open.step);
    events.push(...['created', 'in_progress'].map((status) => ({ event: `thread.run.step.${status}`, data: step })));
  }
  if (open?.message) {
    const message = JSON.stringify(open.message);
    events.push(...['created', 'in_progress'].map((status) => ({ event: `thread.message.${status}`, data: message })));
  }
  for (const event of events) held.emit(event);
}
