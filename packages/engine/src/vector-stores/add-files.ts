import {
  type Attributes,
  type FileChunkingStrategy,
  notFound,
  type VectorStoreFile,
  type VectorStoreFileBatch,
  vectorStoreExpired,
} from '@cogitator-ai/openai-protocol';
import type { Check, Storage, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import { isDeepStrictEqual } from 'node:util';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { fileUseKey, segmentKey, vectorStoreFileBatchKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilSettled } from '../records/until-settled.ts';
import { requireFiles } from '../files/require-files.ts';
import { type BatchMove, changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { countMoves, NO_FILES, statusOf } from './file-counts.ts';
import type { FileUse } from './file-use.ts';
import { removeFiles } from './remove-files.ts';
import { type EntryState, entryState, writeEntry } from './stored-entry.ts';
import { used } from './stored-store.ts';

/** A file that is to be added to a store. */
export interface NewEntry {
  readonly fileId: string;
  /** Default none; those of a file that is there already stay. */
  readonly attributes: Attributes | undefined;
  readonly chunking: FileChunkingStrategy;
}

/** Files that were added, in the order given, and their batch as it was stored. */
export interface AddedFiles {
  readonly files: readonly VectorStoreFile[];
  readonly batch: VectorStoreFileBatch | null;
}

/**
 * Adds files to a store, all or none. One that is there already is made searchable anew only where that failed or it is to be cut
 * otherwise.
 *
 * @param batch - The batch that they are added as. Default none.
 * @throws `ApiError` 404 without the store, 400 for files that do not exist and a store that has expired.
 */
export async function addFiles(
  context: EngineContext,
  storeId: string,
  entries: readonly NewEntry[],
  batch: VectorStoreFileBatch | null = null,
): Promise<AddedFiles> {
  const unique = [...new Map(entries.map((entry) => [entry.fileId, entry])).values()];
  await requireFiles(
    context.storage,
    unique.map(({ fileId }) => fileId),
  );
  await noteUses(context.storage, storeId, unique);
  for (;;) {
    const { added, outdated } = await tryToAdd(context, storeId, unique, batch);
    if (added) {
      context.ingester.nudge();
      return added;
    }
    if (outdated.length === 0) throw notFound('vector_store', storeId);
    await removeFiles(context, storeId, outdated);
    await noteUses(context.storage, storeId, unique);
  }
}

/** @returns `added: null` without the store, or where `outdated` files were cut otherwise and have to be removed before. */
async function tryToAdd(
  context: EngineContext,
  storeId: string,
  entries: readonly NewEntry[],
  batch: VectorStoreFileBatch | null,
): Promise<{ added: AddedFiles | null; outdated: readonly string[] }> {
  const { storage } = context;
  let outdated: string[] = [];
  const added = await changeStore(context, storeId, async ({ store, state }) => {
    if (store.status === 'expired') throw vectorStoreExpired(storeId);
    outdated = [];
    const now = await storage.now();
    const found = await storage.getMany(entries.map(({ fileId }) => vectorStoreFileKey(storeId, fileId)));
    const checks: Check[] = [];
    const writes: Write[] = [];
    const files: VectorStoreFile[] = [];
    const moves: BatchMove[] = [];
    let isSearchChanged = false;
    for (const [index, entry] of entries.entries()) {
      const record = found[index] ?? null;
      const { file, state: before, isNew } = entryOf(storeId, entry, record);
      const known = record && parseRecord(record);
      if (record) checks.push({ check: 'version', key: record.key, version: record.version });
      const after: EntryState = {
        batchId: batch?.id ?? before.batchId,
        segmentId: before.segmentId,
        attempts: isNew ? 0 : before.attempts,
      };
      writes.push(
        writeEntry(record ? 'put' : 'insert', file, {
          state: after,
          // Whoever works on it by other settings loses it.
          ...(record && isNew && { fence: record.fence + 1 }),
          dueAt: isNew ? now : (record?.dueAt ?? null),
        }),
      );
      if (before.segmentId !== null) {
        if (isNew) outdated.push(file.id);
        isSearchChanged = true;
        writes.push(...(await rewriteSegment(storage, storeId, before.segmentId, file.attributes)));
      }
      moves.push({ batchId: null, from: known?.status ?? null, to: file.status });
      if (batch && known && before.batchId !== null) {
        moves.push({ batchId: before.batchId, from: known.status, to: null });
      } else if (!batch && isNew && before.batchId !== null) {
        moves.push({ batchId: before.batchId, from: known?.status ?? null, to: 'in_progress' });
      }
      files.push(file);
    }
    if (outdated.length > 0) return null;
    const ofStore = moves.filter(({ batchId }) => batchId === null);
    const counts = countMoves(store.file_counts, ofStore);
    const own = countMoves(
      NO_FILES,
      files.map(({ status }) => ({ from: null, to: status })),
    );
    const stored = batch && { ...batch, file_counts: own, status: statusOf(own) };
    if (stored) {
      writes.push({
        write: 'insert',
        key: vectorStoreFileBatchKey(storeId, stored.id),
        body: JSON.stringify(stored),
      });
    }
    const batches = await changeBatches(storage, storeId, moves);
    return {
      store: {
        ...used(store),
        file_counts: counts,
        status: statusOf(counts),
      },
      state: isSearchChanged ? { ...state, generation: state.generation + 1 } : state,
      checks: [...checks, ...batches.checks],
      writes: [...writes, ...batches.writes],
      result: { files, batch: stored },
    };
  });
  return { added, outdated };
}

/** The file as it is to be in the store, and whether it is to be made searchable. */
function entryOf(
  storeId: string,
  { fileId, attributes, chunking }: NewEntry,
  record: StoredRecord<'vector_store_file'> | null,
): { file: VectorStoreFile; state: EntryState; isNew: boolean } {
  const state = record ? entryState(record) : { batchId: null, segmentId: null, attempts: 0 };
  const known = record && parseRecord(record);
  const isKept =
    known !== null &&
    (known.status === 'completed' || known.status === 'in_progress') &&
    isDeepStrictEqual(known.chunking_strategy, chunking);
  if (isKept) return { file: { ...known, attributes: attributes ?? known.attributes }, state, isNew: false };
  const file: VectorStoreFile = {
    id: fileId,
    object: 'vector_store.file',
    usage_bytes: 0,
    created_at: known?.created_at ?? unixSeconds(),
    vector_store_id: storeId,
    status: 'in_progress',
    last_error: null,
    chunking_strategy: chunking,
    attributes: attributes ?? known?.attributes ?? {},
  };
  return { file, state, isNew: true };
}

/** The write that gives a segment the attributes of its file. */
export async function rewriteSegment(
  storage: Storage,
  storeId: string,
  segmentId: string,
  attributes: Attributes,
): Promise<Write[]> {
  const key = segmentKey(storeId, segmentId);
  const record = await storage.get(key);
  if (!record) return [];
  return [{ write: 'put', key, body: JSON.stringify({ ...parseRecord(record), attributes }) }];
}

/** Notes that a store is to have files, so that a deletion of one of them finds it. */
async function noteUses(storage: Storage, storeId: string, entries: readonly NewEntry[]): Promise<void> {
  const fileIds = [...new Set(entries.map(({ fileId }) => fileId))];
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
