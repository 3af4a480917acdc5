import { notFound } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { isDue } from '../records/due.ts';
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
  try {
    await removeStore(context, storeId);
  } catch (err) {
    context.logger.warn({ storeId, err }, 'What is left of a deleted vector store is removed by a sweep.');
  }
}

/** Removes what is left of a store whose deletion has begun, unless somebody else does. @param signal - Breaks it off. */
export async function finishDeletion(context: EngineContext, storeId: string, signal: AbortSignal): Promise<void> {
  const isLeft = await changeStore(context, storeId, async ({ record, store, state }) =>
    state.clearing === 'deleted' && (await isDue(context.storage, record)) ? { store, state, result: true } : null,
  );
  if (isLeft) await removeStore(context, storeId, signal);
}

async function removeStore(context: EngineContext, storeId: string, signal?: AbortSignal): Promise<void> {
  if (!(await clearStore(context, storeId, signal))) return;
  await context.storage.commit({ writes: [{ write: 'delete', key: vectorStoreKey(storeId) }] });
}
