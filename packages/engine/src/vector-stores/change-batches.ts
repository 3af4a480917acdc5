import type { VectorStoreFileBatch } from '@cogitator-ai/openai-protocol';
import type { Check, Put, Storage } from '@cogitator-ai/openai-storage';
import { vectorStoreFileBatchKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { countMoves, type Move, statusOf } from './file-counts.ts';

/** A file of a batch that changes its status. */
export interface BatchMove extends Move {
  /** `null`: it was added alone. */
  readonly batchId: string | null;
}

/** What files that change their status make of their batches: those that have ended stay as they ended. */
export async function changeBatches(
  storage: Storage,
  storeId: string,
  moves: readonly BatchMove[],
): Promise<{ checks: Check[]; writes: Put[] }> {
  const ofBatches = Map.groupBy(moves, ({ batchId }) => batchId);
  ofBatches.delete(null);
  const keys = [...ofBatches.keys()].map((batchId) => vectorStoreFileBatchKey(storeId, batchId as string));
  const checks: Check[] = [];
  const writes: Put[] = [];
  for (const record of keys.length === 0 ? [] : await storage.getMany(keys)) {
    if (!record) continue;
    const batch = parseRecord(record);
    if (batch.status !== 'in_progress') continue;
    const counts = countMoves(batch.file_counts, ofBatches.get(batch.id) ?? []);
    const changed: VectorStoreFileBatch = { ...batch, file_counts: counts, status: statusOf(counts) };
    checks.push({ check: 'version', key: record.key, version: record.version });
    writes.push({ write: 'put', key: record.key, body: JSON.stringify(changed) });
  }
  return { checks, writes };
}
