import { notFound } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { vectorStoreKey } from '../records/keys.ts';
import { changeStore } from './change-store.ts';
import { clearStore } from './remove-files.ts';

/**
 * Deletes a store. Where that is broken off, it is gone all the same, and a sweep removes what is left.
 *
 * @throws `ApiError` 404 without the store.
 */
export async function deleteStore(context: EngineContext, storeId: string): Promise<void> {
  const isBegun = await changeStore(context, storeId, ({ store, state }) =>
    state.clearing === 'deleted' ? null : { store, state: { ...state, clearing: 'deleted' }, result: true },
  );
  if (!isBegun) throw notFound('vector_store', storeId);
  await finishDeletion(context, storeId);
}

/** Removes what is left of a store whose deletion has begun. */
export async function finishDeletion(context: EngineContext, storeId: string): Promise<void> {
  await clearStore(context, storeId);
  await context.storage.commit({ writes: [{ write: 'delete', key: vectorStoreKey(storeId) }] });
}
