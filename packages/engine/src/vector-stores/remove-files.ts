import type { Check, Storage, Write } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { missingFiles } from '../files/require-files.ts';
import { fileUseKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { type BatchMove, changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { countMoves, storeStatusOf } from './file-counts.ts';
import { noteUses } from './file-use.ts';
import { entryState } from './stored-entry.ts';

/** Files removed in one commit. */
const PAGE = 100;

/**
 * Removes files from a store, at most {@link PAGE} at a time: no search finds them from here on. Those that are not there are left.
 *
 * @returns How many there were.
 */
export async function removeFiles(
  context: EngineContext,
  storeId: string,
  fileIds: readonly string[],
): Promise<number> {
  const removed = await removeEntries(context, storeId, fileIds);
  await forgetUses(context, storeId, fileIds);
  return removed;
}

async function removeEntries(context: EngineContext, storeId: string, fileIds: readonly string[]): Promise<number> {
  const { storage } = context;
  const count = await changeStore(context, storeId, async ({ store, state }) => {
    const checks: Check[] = [];
    const writes: Write[] = [];
    const moves: BatchMove[] = [];
    const removedSegments: string[] = [];
    let freed = 0;
    for (const record of await getEntries(storage, storeId, fileIds)) {
      if (!record) continue;
      const { segmentId, batchId } = entryState(record);
      const { status, usage_bytes: bytes } = parseRecord(record);
      checks.push({ check: 'version', key: record.key, version: record.version });
      writes.push({ write: 'delete', key: record.key });
      if (segmentId !== null) removedSegments.push(segmentId);
      moves.push({ batchId, from: status, to: null });
      freed += bytes;
    }
    if (moves.length === 0) return null;
    const counts = countMoves(store.file_counts, moves);
    const batches = await changeBatches(storage, storeId, moves);
    return {
      store: {
        ...store,
        usage_bytes: store.usage_bytes - freed,
        file_counts: counts,
        status: storeStatusOf(store, counts),
      },
      state: { ...state, generation: state.generation + 1 },
      checks: [...checks, ...batches.checks],
      writes: [...writes, ...batches.writes],
      removedSegments,
      result: moves.length,
    };
  });
  return count ?? 0;
}

/** Forgets that a store had files. One that was added again meanwhile is noted anew. */
async function forgetUses(context: EngineContext, storeId: string, fileIds: readonly string[]): Promise<void> {
  const { storage } = context;
  await storage.commit({ writes: fileIds.map((fileId) => ({ write: 'delete', key: fileUseKey(fileId, storeId) })) });
  const entries = await getEntries(storage, storeId, fileIds);
  const back = fileIds.filter((_, index) => entries[index]);
  await ensureUses(context, storeId, back);
}

/** Notes that a store has files, and removes those that are deleted by then: whoever deletes one later finds the note. */
export async function ensureUses(context: EngineContext, storeId: string, fileIds: readonly string[]): Promise<void> {
  await noteUses(context.storage, storeId, fileIds);
  const missing = await missingFiles(context.storage, fileIds);
  if (missing.length > 0) await removeFiles(context, storeId, missing);
}

function getEntries(storage: Storage, storeId: string, fileIds: readonly string[]) {
  return storage.getMany(fileIds.map((fileId) => vectorStoreFileKey(storeId, fileId)));
}

/** Removes all files of a store. @returns Whether it has come to its end: the signal breaks it off. */
export async function clearStore(context: EngineContext, storeId: string, signal?: AbortSignal): Promise<boolean> {
  while (!signal?.aborted) {
    const { records } = await context.storage.list({
      kind: 'vector_store_file',
      path: [storeId],
      limit: PAGE,
      order: 'asc',
    });
    if (records.length === 0) return true;
    await removeFiles(
      context,
      storeId,
      records.map(({ key }) => key.id),
    );
  }
  return false;
}

/** Removes a file from all stores that have it. */
export async function detachFile(context: EngineContext, fileId: string): Promise<void> {
  for (;;) {
    const { records } = await context.storage.list({
      kind: 'file_use',
      path: [],
      where: { file_id: fileId },
      limit: PAGE,
      order: 'asc',
    });
    if (records.length === 0) return;
    for (const record of records) await removeFiles(context, parseRecord(record).vector_store_id, [fileId]);
  }
}
