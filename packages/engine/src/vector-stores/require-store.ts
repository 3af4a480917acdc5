import { notFound, vectorStoreExpired } from '@cogitator-ai/openai-protocol';
import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { isDue } from '../records/due.ts';
import { vectorStoreKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { storeState } from './stored-store.ts';

/** A vector store, or `null` when there is none, or one that is being deleted. */
export async function getStore(storage: Storage, storeId: string): Promise<StoredRecord<'vector_store'> | null> {
  const record = await storage.get(vectorStoreKey(storeId));
  return record && storeState(record).clearing !== 'deleted' ? record : null;
}

/** @throws `ApiError` 404 when there is no such vector store. */
export async function requireStore(storage: Storage, storeId: string): Promise<StoredRecord<'vector_store'>> {
  const record = await getStore(storage, storeId);
  if (!record) throw notFound('vector_store', storeId);
  return record;
}

/** Whether a store's time is up, whether or not it has been swept. */
export async function isExpired(storage: Storage, record: StoredRecord<'vector_store'>): Promise<boolean> {
  return parseRecord(record).status === 'expired' || (await isDue(storage, record));
}

/** @throws `ApiError` 400 when the store has expired. */
export async function assertNotExpired(storage: Storage, record: StoredRecord<'vector_store'>): Promise<void> {
  if (await isExpired(storage, record)) throw vectorStoreExpired(record.key.id);
}
