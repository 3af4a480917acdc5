import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';

/** Those of the records whose time has come by the store's clock, which is asked only where a record has a time. */
export async function dueAmong<R extends StoredRecord>(storage: Storage, records: readonly (R | null)[]): Promise<R[]> {
  const timed = records.filter((record) => record !== null && record.dueAt !== null) as (R & { dueAt: number })[];
  if (timed.length === 0) return [];
  const now = await storage.now();
  return timed.filter(({ dueAt }) => dueAt <= now);
}

/** Whether a record's time has come. */
export async function isDue(storage: Storage, record: StoredRecord): Promise<boolean> {
  return (await dueAmong(storage, [record])).length > 0;
}
