import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { deleteWithBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';

/** Deletes a file whose time is up. */
export async function expireFile(
  context: Pick<EngineContext, 'storage' | 'logger'>,
  { key }: StoredRecord<'file'>,
): Promise<boolean> {
  await deleteWithBlob(context, key);
  return true;
}
