import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { endRun } from './end-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import { claimToStop } from './run-claim.ts';
import { ClaimLostError } from './run-outbox.ts';

/** Ends a run as cancelled at once, whoever advances it, and tells its readers: its thread is about to go. */
export async function stopRun(context: EngineContext, record: StoredRecord<'run'>): Promise<void> {
  const held = await claimToStop(context, record);
  context.dispatcher.interrupt(record.key.id);
  if (!held) return;
  try {
    await endRun(context, held, { status: 'cancelled' }, await loadUnfinished(context.storage, held));
  } catch (error) {
    // Somebody else has ended it, or deleted the thread.
    if (!(error instanceof ClaimLostError)) throw error;
  }
}
