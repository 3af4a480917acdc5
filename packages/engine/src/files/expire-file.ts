import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { deleteFile } from './delete-file.ts';

/** Deletes a file whose time is up. */
export async function expireFile(context: EngineContext, { key }: StoredRecord<'file'>): Promise<boolean> {
  await deleteFile(context, key);
  return true;
}
