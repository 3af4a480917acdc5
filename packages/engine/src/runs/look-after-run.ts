import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { parseRecord } from '../records/parse-record.ts';
import { expireRun } from './expire-run.ts';
import { runState } from './run-state.ts';

/** How many leases a queued run waits before it is looked after again. */
const QUEUED_LEASES = 4;

/**
 * Does what has to be done about a run that is due: ends it when its time is up, else has it advanced. It waits for that because its
 * ticket was lost, or because whoever advanced it was.
 *
 * @returns Whether it is no longer due.
 */
export async function lookAfterRun(context: EngineContext, record: StoredRecord<'run'>): Promise<boolean> {
  const { storage, dispatcher, limits, logger } = context;
  const now = await storage.now();
  if (await expireRun(context, record, now)) return true;
  const { key, fence } = record;
  const { status, id: runId, thread_id: threadId } = parseRecord(record);
  const ticket = { threadId, runId, fence };
  if (status === 'in_progress' || status === 'cancelling') {
    logger.warn({ runId, threadId }, 'A run is to be taken over: whoever advanced it is silent.');
    dispatcher.enqueue(ticket, { first: true });
    return false;
  }
  // Until its turn has come, or its client has answered, others need not look after it as well. Many may be waiting.
  const ms = status === 'queued' ? QUEUED_LEASES * limits.leaseMs : runState(record).expiresAt - now;
  const [isLeft = false] = await storage.renew([{ key, fence }], { ms: Math.max(0, ms) });
  if (isLeft && status === 'queued') dispatcher.enqueue(ticket);
  return isLeft;
}
