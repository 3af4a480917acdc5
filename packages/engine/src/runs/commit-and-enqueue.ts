import type { CommitResult } from '@cogitator-ai/openai-storage';
import type { EnqueueOptions } from '../dispatch/dispatcher.ts';
import type { EngineContext } from '../engine-context.ts';
import type { RunTicket } from '../ports/run-queue.ts';
import { CommitInDoubtError } from '../records/commit-in-doubt.ts';

/**
 * Commits a change of a run that somebody has to act on. Enqueued is also a commit that was not answered: it may have been
 * applied, and the run would hold its thread until the sweep finds it.
 */
export async function commitAndEnqueue(
  { dispatcher }: Pick<EngineContext, 'dispatcher'>,
  ticket: RunTicket,
  options: EnqueueOptions,
  commit: () => Promise<CommitResult>,
): Promise<CommitResult> {
  try {
    const result = await commit();
    if (result.ok) dispatcher.enqueue(ticket, options);
    return result;
  } catch (error) {
    if (error instanceof CommitInDoubtError) dispatcher.enqueue(ticket, options);
    throw error;
  }
}
