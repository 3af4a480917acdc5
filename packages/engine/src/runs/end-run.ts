import type { Usage } from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { type HeldRun, RunInterruptedError } from './held-run.ts';
import { endOpenStep, type OpenStep } from './open-step.ts';
import { endRunFields, type RunEnding } from './run-ending.ts';
import { DONE } from './run-events.ts';

/** What is left to be settled when a run ends. */
export interface Unfinished {
  readonly open: OpenStep | null;
  /** What the open step's turn has cost. */
  readonly openUsage: Usage;
  /** What the run has cost in all. */
  readonly usage: Usage;
}

/** Ends a run: its open message and step and the run itself in one commit, told in that order. */
export async function endRun(
  context: EngineContext,
  held: HeldRun,
  ending: RunEnding,
  unfinished: Unfinished,
): Promise<void> {
  const { open, openUsage, usage } = unfinished;
  const now = unixSeconds();
  const { writes, events } = open ? endOpenStep(open, ending, openUsage, now) : { writes: [], events: [] };
  try {
    await held.transition({ ...endRunFields(ending, now), usage }, writes, (runText) => [
      ...events,
      { event: `thread.run.${ending.status}`, data: runText },
      DONE,
    ]);
  } catch (error) {
    if (error instanceof RunInterruptedError) return endRun(context, held, { status: 'cancelled' }, unfinished);
    throw error;
  }
  context.metrics.ended(ending.status);
  await forgetEvents(context, held);
}

/** Has the events of a run that has ended forgotten after a while. A failure is no reason for it not to have ended. */
export async function forgetEvents({ storage, limits, logger }: EngineContext, held: HeldRun): Promise<void> {
  try {
    await storage.events.finish(held.stream, { retainMs: limits.eventRetentionMs });
  } catch (err) {
    logger.warn({ runId: held.run.id, err }, 'The events of a run that has ended could not be set to be forgotten.');
  }
}
