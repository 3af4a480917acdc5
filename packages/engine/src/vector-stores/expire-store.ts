import type { EngineContext } from '../engine-context.ts';
import { changeStore } from './change-store.ts';
import { clearStore } from './remove-files.ts';
import { isExpired } from './require-store.ts';

/** Expires a store whose time is up: its files are removed, and it stays to say so. Nothing happens to another. */
export async function expireStore(context: EngineContext, storeId: string): Promise<void> {
  // From here on nothing can be added to it, and where clearing it is broken off it is due still.
  const isBegun = await changeStore(context, storeId, async ({ record, store, state }) => {
    const isCleared = store.status === 'expired' && !state.clearing;
    if (state.clearing === 'deleted' || isCleared || !(await isExpired(context.storage, record))) return null;
    return { store: { ...store, status: 'expired' }, state: { ...state, clearing: 'expired' }, result: true };
  });
  if (!isBegun) return;
  await clearStore(context, storeId);
  await changeStore(context, storeId, ({ store, state: { clearing, generation } }) =>
    clearing === 'expired' ? { store, state: { generation }, result: true } : null,
  );
}
