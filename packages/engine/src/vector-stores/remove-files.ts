import type { Check, Write } from '@cogitator-ai/openai-storage';
import { noteBlobs, settleBlobs } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { fileUseKey, segmentKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { type BatchMove, changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { countMoves, statusOf } from './file-counts.ts';
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
  const { storage } = context;
  // The blobs of segments that others make meanwhile are noted by a further attempt.
  for (;;) {
    const before = await storage.getMany(fileIds.map((fileId) => vectorStoreFileKey(storeId, fileId)));
    const noted = before.flatMap((record) => (record ? (entryState(record).segmentId ?? []) : []));
    const owners = noted.map((segmentId) => segmentKey(storeId, segmentId));
    await noteBlobs(context, owners);
    const removed = await changeStore(context, storeId, async ({ store, state }) => {
      const found = await storage.getMany(fileIds.map((fileId) => vectorStoreFileKey(storeId, fileId)));
      const checks: Check[] = [];
      const writes: Write[] = [];
      const moves: BatchMove[] = [];
      let freed = 0;
      let hasMore = false;
      for (const record of found) {
        if (!record) continue;
        const { segmentId, batchId } = entryState(record);
        if (segmentId !== null && !noted.includes(segmentId)) {
          hasMore = true;
          continue;
        }
        const { status, usage_bytes: bytes } = parseRecord(record);
        checks.push({ check: 'version', key: record.key, version: record.version });
        writes.push({ write: 'delete', key: record.key });
        if (segmentId !== null) writes.push({ write: 'delete', key: segmentKey(storeId, segmentId) });
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
          status: store.status === 'expired' ? store.status : statusOf(counts),
        },
        state: { ...state, generation: state.generation + 1 },
        checks: [...checks, ...batches.checks],
        writes: [...writes, ...batches.writes],
        result: { count: moves.length, hasMore },
      };
    });
    await settleBlobs(context, owners);
    if (removed?.hasMore) continue;
    await storage.commit({
      writes: fileIds.map((fileId) => ({ write: 'delete', key: fileUseKey(fileId, storeId) })),
    });
    return removed?.count ?? 0;
  }
}

/** Removes all files of a store. */
export async function clearStore(context: EngineContext, storeId: string): Promise<void> {
  for (;;) {
    const { records } = await context.storage.list({
      kind: 'vector_store_file',
      path: [storeId],
      limit: PAGE,
      order: 'asc',
    });
    if (records.length === 0) return;
    await removeFiles(
      context,
      storeId,
      records.map(({ key }) => key.id),
    );
  }
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
