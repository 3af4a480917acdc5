import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { finishDeletion } from './delete-store.ts';
import { expireStore } from './expire-store.ts';
import { storeState } from './stored-store.ts';

/**
 * Does what is due of a store: its expiry, or the rest of its deletion.
 *
 * @param signal - Breaks it off.
 * @returns Whether it is no longer due.
 */
export async function advanceDueStore(
  context: EngineContext,
  record: StoredRecord<'vector_store'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (storeState(record).clearing === 'deleted') await finishDeletion(context, record.key.id, signal);
  else await expireStore(context, record.key.id, signal);
  return true;
}
