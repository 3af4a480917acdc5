import type { RecordKey } from '@cogitator-ai/openai-storage';
import { deleteWithBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { detachFile } from '../vector-stores/remove-files.ts';

/**
 * Deletes a file. It leaves the vector stores that have it first: where this is broken off, it can be tried again.
 *
 * @returns Whether there was one.
 */
export async function deleteFile(context: EngineContext, key: RecordKey<'file'>): Promise<boolean> {
  await detachFile(context, key.id);
  const isDeleted = await deleteWithBlob(context, key);
  // It may have been added to others meanwhile.
  await detachFile(context, key.id);
  return isDeleted;
}
