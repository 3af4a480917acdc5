import {
  type Attributes,
  notFound,
  type VectorStoreFile,
  type VectorStoreFileBatch,
} from '@cogitator-ai/openai-protocol';
import type { Check, Put, Storage, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import { isDeepStrictEqual } from 'node:util';
import type { EngineContext } from '../engine-context.ts';
import { requireFiles } from '../files/require-files.ts';
import { segmentKey, vectorStoreFileBatchKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { type BatchMove, changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { countFiles, countMoves, statusOf } from './file-counts.ts';
import { noteUses } from './file-use.ts';
import { buildEntry, insertEntry, type NewEntry } from './new-entry.ts';
import { assertNotExpired, requireStore } from './require-store.ts';
import { ensureUses } from './remove-files.ts';
import { entryState, writeEntry } from './stored-entry.ts';
import { used } from './stored-store.ts';

/** Files that were added, in the order given, and their batch as it was stored. */
export interface AddedFiles {
  readonly files: readonly VectorStoreFile[];
  readonly batch: VectorStoreFileBatch | null;
}

/**
 * Adds files to a store, all or none. One that is there already is made searchable anew only where that failed or it is to be cut
 * otherwise.
 *
 * @param entries - Of a file that is named twice the last counts.
 * @param batch - The batch that they are added as, without its counts. Default none.
 * @throws `ApiError` 404 without the store, 400 for files that do not exist and a store that has expired.
 */
export async function addFiles(
  context: EngineContext,
  storeId: string,
  entries: readonly NewEntry[],
  batch: VectorStoreFileBatch | null = null,
): Promise<AddedFiles> {
  const { storage } = context;
  const unique = [...new Map(entries.map((entry) => [entry.fileId, entry])).values()];
  const fileIds = unique.map(({ fileId }) => fileId);
  await assertNotExpired(storage, await requireStore(storage, storeId));
  await requireFiles(storage, fileIds);
  await noteUses(storage, storeId, fileIds);
  const added = await changeStore(context, storeId, async ({ record, store, state }) => {
    if (state.clearing === 'deleted') return null;
    await assertNotExpired(storage, record);
    const plan = await planEntries(storage, storeId, unique, batch?.id ?? null);
    const counts = countMoves(store.file_counts, plan.moves);
    const batches = await changeBatches(storage, storeId, plan.batchMoves);
    const stored = batch && withCounts(batch, plan.files);
    return {
      store: {
        ...used(store),
        usage_bytes: store.usage_bytes - plan.freed,
        file_counts: counts,
        status: statusOf(counts),
      },
      state: plan.isSearchChanged ? { ...state, generation: state.generation + 1 } : state,
      checks: [...plan.checks, ...batches.checks],
      writes: [...plan.writes, ...batches.writes, ...(stored ? [insertBatch(stored)] : [])],
      removedSegments: plan.removedSegments,
      result: { files: plan.files, batch: stored },
    };
  });
  if (!added) throw notFound('vector_store', storeId);
  // Whoever removed them at the same time has forgotten them.
  await ensureUses(context, storeId, fileIds);
  context.ingester.nudge();
  return added;
}

interface Plan {
  readonly files: VectorStoreFile[];
  readonly checks: Check[];
  readonly writes: Write[];
  /** What the counts of the store become by. */
  readonly moves: BatchMove[];
  /** What those of the batches that had the files become by. */
  readonly batchMoves: BatchMove[];
  readonly removedSegments: string[];
  /** Usage of what is to be made searchable anew, in bytes. */
  freed: number;
  isSearchChanged: boolean;
}

async function planEntries(
  storage: Storage,
  storeId: string,
  entries: readonly NewEntry[],
  batchId: string | null,
): Promise<Plan> {
  const plan: Plan = {
    files: [],
    checks: [],
    writes: [],
    moves: [],
    batchMoves: [],
    removedSegments: [],
    freed: 0,
    isSearchChanged: false,
  };
  const now = await storage.now();
  const found = await storage.getMany(entries.map(({ fileId }) => vectorStoreFileKey(storeId, fileId)));
  const relabelled = new Map<string, Attributes>();
  for (const [index, entry] of entries.entries()) {
    const record = found[index];
    if (!record) {
      const file = buildEntry(storeId, entry);
      plan.files.push(file);
      plan.moves.push({ batchId, from: null, to: file.status });
      plan.writes.push(insertEntry(file, { batchId, now }));
      continue;
    }
    plan.checks.push({ check: 'version', key: record.key, version: record.version });
    planKnown(plan, record, entry, { batchId, now, relabelled });
  }
  plan.writes.push(...(await relabelSegments(storage, storeId, relabelled)));
  return plan;
}

/** Plans what becomes of a file that is in the store already. */
function planKnown(
  plan: Plan,
  record: StoredRecord<'vector_store_file'>,
  entry: NewEntry,
  { batchId, now, relabelled }: { batchId: string | null; now: number; relabelled: Map<string, Attributes> },
): void {
  const known = parseRecord(record);
  const before = entryState(record);
  const attributes = entry.attributes ?? known.attributes;
  const isKept =
    (known.status === 'completed' || known.status === 'in_progress') &&
    isDeepStrictEqual(known.chunking_strategy, entry.chunking);
  const file: VectorStoreFile = isKept
    ? { ...known, attributes }
    : { ...buildEntry(known.vector_store_id, { ...entry, attributes }), created_at: known.created_at };
  const ofBatch = batchId ?? before.batchId;
  plan.files.push(file);
  plan.moves.push({ batchId: ofBatch, from: known.status, to: file.status });
  plan.batchMoves.push({ batchId: before.batchId, from: known.status, to: batchId === null ? file.status : null });
  if (isKept) {
    plan.writes.push(writeEntry('put', file, { state: { ...before, batchId: ofBatch }, dueAt: record.dueAt }));
    if (before.segmentId === null || isDeepStrictEqual(attributes, known.attributes)) return;
    relabelled.set(before.segmentId, attributes);
    plan.isSearchChanged = true;
    return;
  }
  // Whoever works on it by other settings loses it.
  const fence = record.fence + 1;
  const state = { batchId: ofBatch, segmentId: null, attempts: 0 };
  plan.writes.push(writeEntry('put', file, { state, fence, dueAt: now }));
  plan.freed += known.usage_bytes;
  if (before.segmentId === null) return;
  plan.removedSegments.push(before.segmentId);
  plan.isSearchChanged = true;
}

function withCounts(batch: VectorStoreFileBatch, files: readonly VectorStoreFile[]): VectorStoreFileBatch {
  const counts = countFiles(files);
  return { ...batch, file_counts: counts, status: statusOf(counts) };
}

function insertBatch(batch: VectorStoreFileBatch): Write {
  return {
    write: 'insert',
    key: vectorStoreFileBatchKey(batch.vector_store_id, batch.id),
    body: JSON.stringify(batch),
  };
}

/** The writes that give segments the attributes of their files. */
export async function relabelSegments(
  storage: Storage,
  storeId: string,
  attributes: ReadonlyMap<string, Attributes>,
): Promise<Put[]> {
  if (attributes.size === 0) return [];
  const records = await storage.getMany([...attributes.keys()].map((id) => segmentKey(storeId, id)));
  return records.flatMap((record): Put[] => {
    const changed = record && attributes.get(record.key.id);
    if (!changed) return [];
    const body = JSON.stringify({ ...parseRecord(record), attributes: changed });
    return [{ write: 'put', key: record.key, body }];
  });
}
