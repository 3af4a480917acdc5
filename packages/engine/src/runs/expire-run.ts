import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { endRun } from './end-run.ts';
import { loadUnfinished } from './load-unfinished.ts';
import { claimExpiredRun } from './run-claim.ts';
import { ClaimLostError } from './run-outbox.ts';

/**
 * Ends a run as expired if its time is up. Whoever was advancing it can write no more.
 *
 * @param now - Store time in ms. Default asked for.
 * @returns Whether the run was expired by this call.
 */
export async function expireRun(context: EngineContext, record: StoredRecord<'run'>, now?: number): Promise<boolean> {
  const held = await claimExpiredRun(context, record, now ?? (await context.storage.now()));
  if (!held) return false;
  try {
    await endRun(context, held, { status: 'expired' }, await loadUnfinished(context.storage, held));
    return true;
  } catch (error) {
    // Others may find a run expired at the same moment: it is theirs now, or it is gone with its thread.
    if (error instanceof ClaimLostError) return false;
    throw error;
  }
}
