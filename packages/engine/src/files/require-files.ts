import { noSuchFile } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import { dueAmong } from '../records/due.ts';
import { fileKey } from '../records/keys.ts';

/** @throws `ApiError` 400 naming the first file that does not exist. */
export async function requireFiles(storage: Storage, fileIds: readonly string[]): Promise<void> {
  const [missing] = await missingFiles(storage, fileIds);
  if (missing !== undefined) throw noSuchFile(missing, 400);
}

/** Those of the files that do not exist, or whose time is up. */
export async function missingFiles(storage: Storage, fileIds: readonly string[]): Promise<string[]> {
  if (fileIds.length === 0) return [];
  const records = await storage.getMany(fileIds.map(fileKey));
  const expired = await dueAmong(storage, records);
  return fileIds.filter((_, index) => {
    const record = records[index];
    return !record || expired.includes(record);
  });
}
