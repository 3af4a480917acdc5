import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { changeStore } from './change-store.ts';
import { clearStore } from './remove-files.ts';

/**
 * Expires a store whose time is up: its files are removed, and it stays to say so.
 *
 * @returns Whether it is no longer due.
 */
export async function expireStore(context: EngineContext, record: StoredRecord<'vector_store'>): Promise<boolean> {
  const storeId = record.key.id;
  // From here on nothing can be added to it, and where clearing it is broken off it is due still.
  const isExpired = await changeStore(context, storeId, ({ store, state }) => {
    const isDue = store.status === 'expired' || (store.expires_at !== null && store.expires_at <= unixSeconds());
    if (!isDue) return null;
    return { store: { ...store, status: 'expired' }, state: { ...state, isToBeCleared: true }, result: true };
  });
  if (!isExpired) return true;
  await clearStore(context, storeId);
  await changeStore(context, storeId, ({ store, state: { generation } }) => ({
    store,
    state: { generation },
    result: true,
  }));
  return true;
}
