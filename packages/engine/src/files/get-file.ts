import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { isDue } from '../records/due.ts';
import { fileKey } from '../records/keys.ts';

/** The record of a file, or `null` when there is none or its time is up. */
export async function getFile(storage: Storage, fileId: string): Promise<StoredRecord<'file'> | null> {
  const record = await storage.get(fileKey(fileId));
  return record && !(await isDue(storage, record)) ? record : null;
}
