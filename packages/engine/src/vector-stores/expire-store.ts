import type { EngineContext } from '../engine-context.ts';
import { isDue } from '../records/due.ts';
import { changeStore } from './change-store.ts';
import { clearStore } from './remove-files.ts';
import { isExpired } from './require-store.ts';

/**
 * Expires a store whose time is up: its files are removed, and it stays to say so. Nothing happens to another, nor to one that
 * somebody else clears.
 *
 * @param signal - Breaks it off; a sweep goes on.
 */
export async function expireStore(context: EngineContext, storeId: string, signal?: AbortSignal): Promise<void> {
  // From here on nothing can be added to it, and where clearing it is broken off it comes due again.
  const isBegun = await changeStore(context, storeId, async ({ record, store, state }) => {
    const isCleared = store.status === 'expired' && !state.clearing;
    if (state.clearing === 'deleted' || isCleared || !(await isExpired(context.storage, record))) return null;
    if (state.clearing && !(await isDue(context.storage, record))) return null;
    return { store: { ...store, status: 'expired' }, state: { ...state, clearing: 'expired' }, result: true };
  });
  if (!isBegun || !(await clearStore(context, storeId, signal))) return;
  await changeStore(context, storeId, ({ store, state: { clearing, generation } }) =>
    clearing === 'expired' ? { store, state: { generation }, result: true } : null,
  );
}
