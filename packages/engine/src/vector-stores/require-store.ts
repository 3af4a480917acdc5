import { notFound } from '@cogitator-ai/openai-protocol';
import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { vectorStoreKey } from '../records/keys.ts';

/** @throws `ApiError` 404 when there is no such vector store. */
export async function requireStore(storage: Storage, storeId: string): Promise<StoredRecord<'vector_store'>> {
  const record = await storage.get(vectorStoreKey(storeId));
  if (!record) throw notFound('vector_store', storeId);
  return record;
}
