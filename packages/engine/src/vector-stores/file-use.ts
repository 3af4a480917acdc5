import type { Storage } from '@cogitator-ai/openai-storage';
import { fileUseKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';

/** The note that a vector store has a file, or is about to: made before the store's entry, deleted after it. */
export interface FileUse {
  readonly id: string;
  readonly object: 'file_use';
  readonly file_id: string;
  readonly vector_store_id: string;
}

/** Notes that a store is to have files, so that a deletion of one of them finds it. */
export async function noteUses(storage: Storage, storeId: string, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  await untilSettled(async () => {
    const found = await storage.getMany(fileIds.map((fileId) => fileUseKey(fileId, storeId)));
    const missing = fileIds.filter((_, index) => !found[index]);
    if (missing.length === 0) return true;
    const { ok } = await storage.commit({
      writes: missing.map((fileId) => {
        const key = fileUseKey(fileId, storeId);
        const use: FileUse = { id: key.id, object: 'file_use', file_id: fileId, vector_store_id: storeId };
        return { write: 'insert', key, body: JSON.stringify(use), filters: { file_id: fileId } };
      }),
    });
    return ok ? true : undefined;
  });
}
