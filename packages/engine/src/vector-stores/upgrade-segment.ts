import { noteBlobs } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import type { RetrievalPort } from '../ports/retrieval-port.ts';
import { segmentKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { isDue } from '../records/due.ts';
import { changeStore } from './change-store.ts';
import { claimEntry, giveBack, type HeldEntry } from './held-entry.ts';
import { keepSegment } from './keep-segment.ts';
import type { SegmentRecord } from './segment-record.ts';
import { entryState, writeEntry } from './stored-entry.ts';

/**
 * Replaces a segment by the same with the vectors of what embeds text now. Nothing happens where somebody else does, or it is gone.
 *
 * @throws `IngestionError` when it cannot be embedded; it stays as it is.
 */
export async function upgradeSegment(
  context: EngineContext,
  retrieval: RetrievalPort,
  storeId: string,
  segment: SegmentRecord,
  stop: AbortSignal,
): Promise<void> {
  const { storage, leases } = context;
  const record = await storage.get(vectorStoreFileKey(storeId, segment.file_id));
  if (!record || entryState(record).segmentId !== segment.id) return;
  if (record.dueAt !== null && !(await isDue(storage, record))) return;
  const held = await claimEntry(context, record);
  if (!held) return;
  const reading = new AbortController();
  try {
    await replace(context, retrieval, held, segment, AbortSignal.any([stop, held.lost, reading.signal]));
  } finally {
    leases.delete(held);
    reading.abort();
    await giveBack(context, held, { restMs: null });
  }
}

async function replace(
  context: EngineContext,
  retrieval: RetrievalPort,
  held: HeldEntry,
  before: SegmentRecord,
  signal: AbortSignal,
): Promise<void> {
  const { storage } = context;
  const storeId = held.entry.vector_store_id;
  const blob = await storage.blobs.get(before.id, { signal });
  if (!blob) return;
  const embedded = await retrieval.embed(blob.content, { signal });
  signal.throwIfAborted();
  const { chunks, bytes, embedding } = embedded;
  // Searches that have begun read it still: it is deleted when the note comes due.
  await noteBlobs(context, [segmentKey(storeId, before.id)]);
  const commit = async (id: string): Promise<boolean> => {
    const isReplaced = await changeStore(context, storeId, async ({ store, state }) => {
      const record = await storage.get(held.lease.key);
      if (record?.fence !== held.lease.fence) return null;
      const entry = parseRecord(record);
      const segment: SegmentRecord = { ...before, id, attributes: entry.attributes, chunks, bytes, embedding };
      return {
        store: { ...store, usage_bytes: store.usage_bytes - entry.usage_bytes + bytes },
        state: { ...state, generation: state.generation + 1 },
        checks: [{ check: 'version', key: record.key, version: record.version }],
        writes: [
          { write: 'delete', key: segmentKey(storeId, before.id) },
          writeEntry(
            'put',
            { ...entry, usage_bytes: bytes },
            { state: { ...entryState(record), segmentId: id }, dueAt: null },
          ),
          { write: 'insert', key: segmentKey(storeId, id), body: JSON.stringify(segment) },
        ],
        result: true,
      };
    });
    return isReplaced ?? false;
  };
  await keepSegment(context, storeId, embedded, commit, { signal });
}
