import type { VectorStoreFile, VectorStoreFileError } from '@cogitator-ai/openai-protocol';
import type { Lease, StoredRecord } from '@cogitator-ai/openai-storage';
import { discardBlob, keepBlob, storeBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { getFile } from '../files/get-file.ts';
import { IngestionError, type Segment } from '../ports/retrieval-port.ts';
import { segmentKey, vectorStoreFileKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { chunkingOf } from './chunking.ts';
import { countMoves, statusOf } from './file-counts.ts';
import { removeFiles } from './remove-files.ts';
import type { SegmentRecord } from './segment-record.ts';
import { type EntryState, entryState, writeEntry } from './stored-entry.ts';

/** How often making a file searchable is begun before it is given up. */
const MAX_ATTEMPTS = 5;
/** Longest time that it may take, in ms. */
const MAX_MS = 600_000;

/** A file of a store that this process has claimed and makes searchable. Its writes carry the fence of the claim. */
export interface HeldEntry {
  readonly entry: VectorStoreFile;
  readonly lease: Lease;
  readonly attempts: number;
  /** Aborted when it is somebody else's, or gone. */
  readonly lost: AbortSignal;
  lose(): void;
}

/**
 * Claims a file that waits for it, by raising its fence: whoever held it before can write no more.
 *
 * @returns `null` when somebody else has, or there is nothing to do.
 */
export async function claimEntry(
  { storage, limits }: EngineContext,
  record: StoredRecord<'vector_store_file'>,
): Promise<HeldEntry | null> {
  const { key, version } = record;
  const entry = parseRecord(record);
  if (entry.status !== 'in_progress') return null;
  const before = entryState(record);
  const state: EntryState = { ...before, attempts: before.attempts + 1 };
  const fence = record.fence + 1;
  const dueAt = (await storage.now()) + limits.leaseMs;
  const { ok } = await storage.commit({
    checks: [{ check: 'version', key, version }],
    writes: [writeEntry('put', entry, { state, fence, dueAt })],
  });
  if (!ok) return null;
  const lost = new AbortController();
  return {
    entry,
    lease: { key, fence },
    attempts: state.attempts,
    lost: lost.signal,
    lose: () => lost.abort(),
  };
}

/**
 * Makes a claimed file searchable, or has it failed. What may succeed later is left to be tried again.
 *
 * @param stop - Aborted when this process is about to end: the file is left to others at once.
 */
export async function ingestEntry(context: EngineContext, held: HeldEntry, stop: AbortSignal): Promise<void> {
  const { entry } = held;
  const limit = AbortSignal.timeout(MAX_MS);
  const signal = AbortSignal.any([stop, held.lost, limit]);
  try {
    if (held.attempts > MAX_ATTEMPTS) throw new IngestionError('server_error', 'The file could not be processed.');
    await ingest(context, held, signal);
  } catch (error) {
    if (held.lost.aborted) return;
    if (stop.aborted) return leave(context, held, 0);
    const cause = limit.aborted ? new IngestionError('invalid_file', 'The file took too long to process.') : error;
    const { vector_store_id: storeId, id: fileId } = entry;
    if (!IngestionError.isInstance(cause) || (cause.retryable && held.attempts < MAX_ATTEMPTS)) {
      context.logger.warn({ storeId, fileId, err: cause }, 'A file could not be made searchable; it is tried again.');
      return leave(context, held, pauseAfter(held.attempts));
    }
    context.logger.info({ storeId, fileId, code: cause.code, reason: cause.message }, 'A file is not searchable.');
    await endEntry(context, held, { error: { code: cause.code, message: cause.message } });
  } finally {
    context.leases.delete(held);
  }
}

async function ingest(context: EngineContext, held: HeldEntry, signal: AbortSignal): Promise<void> {
  const { storage, retrieval, ids } = context;
  const { id: fileId, vector_store_id: storeId, chunking_strategy: chunking } = held.entry;
  if (!retrieval) throw new IngestionError('unsupported_file', 'This server cannot search files.');
  const record = await getFile(storage, fileId);
  const blob = record && (await storage.blobs.get(fileId, { signal }));
  if (!blob) return void (await removeFiles(context, storeId, [fileId]));
  const file = parseRecord(record);
  const source = { filename: file.filename, bytes: file.bytes, content: blob.content };
  const segment = await retrieval.ingest(source, { chunking: chunkingOf(chunking), signal });
  signal.throwIfAborted();
  const owner = segmentKey(storeId, ids.create('segment'));
  await storeBlob(context, owner, segment.content, { signal });
  const isKept = await endEntry(context, held, {
    segment: toRecord(owner.id, held.entry, segment, { filename: file.filename, expiresAt: file.expires_at }),
  }).catch(async (error: unknown) => {
    await discardBlob(context, owner, error);
    throw error;
  });
  if (isKept) await keepBlob(context, owner);
  else await discardBlob(context, owner);
  // It may have been deleted meanwhile, by whoever did not find it here yet.
  if (!(await getFile(storage, fileId))) await removeFiles(context, storeId, [fileId]);
}

function toRecord(
  id: string,
  { id: fileId, attributes }: VectorStoreFile,
  { chunks, bytes, embedding }: Segment,
  { filename, expiresAt }: { filename: string; expiresAt: number | null },
): SegmentRecord {
  return {
    id,
    object: 'vector_store.segment',
    file_id: fileId,
    filename,
    attributes,
    chunks,
    bytes,
    embedding,
    file_expires_at: expiresAt,
  };
}

/** @returns Whether it was this process's to end. */
async function endEntry(
  context: EngineContext,
  { entry: { id: fileId, vector_store_id: storeId }, lease }: HeldEntry,
  outcome: { segment: SegmentRecord } | { error: VectorStoreFileError },
): Promise<boolean> {
  const { storage } = context;
  const ended = await changeStore(context, storeId, async ({ store, state }) => {
    const record = await storage.get(vectorStoreFileKey(storeId, fileId));
    if (!record || record.fence !== lease.fence) return null;
    const entry = parseRecord(record);
    if (entry.status !== 'in_progress') return null;
    const segment = 'segment' in outcome ? { ...outcome.segment, attributes: entry.attributes } : null;
    const done: VectorStoreFile = segment
      ? { ...entry, status: 'completed', usage_bytes: segment.bytes }
      : { ...entry, status: 'failed', last_error: 'error' in outcome ? outcome.error : null };
    const before = entryState(record);
    const moves = [{ batchId: before.batchId, from: entry.status, to: done.status }];
    const counts = countMoves(store.file_counts, moves);
    const batches = await changeBatches(storage, storeId, moves);
    return {
      store: {
        ...store,
        usage_bytes: store.usage_bytes + done.usage_bytes,
        file_counts: counts,
        status: store.status === 'expired' ? store.status : statusOf(counts),
      },
      state: segment ? { ...state, generation: state.generation + 1 } : state,
      checks: [{ check: 'version', key: record.key, version: record.version }, ...batches.checks],
      writes: [
        writeEntry('put', done, { state: { ...before, segmentId: segment?.id ?? null }, dueAt: null }),
        ...(segment
          ? [{ write: 'insert' as const, key: segmentKey(storeId, segment.id), body: JSON.stringify(segment) }]
          : []),
        ...batches.writes,
      ],
      result: true,
    };
  });
  return ended ?? false;
}

/** Leaves the file to whoever takes it up after `restMs`. */
async function leave({ storage, leases, logger }: EngineContext, held: HeldEntry, restMs: number): Promise<void> {
  try {
    // A heartbeat would take back what is given away here.
    await leases.release(held);
    await storage.renew([held.lease], { ms: restMs });
  } catch (err) {
    logger.warn({ fileId: held.entry.id, err }, 'A file is left to others when its lease runs out.');
  }
}

function pauseAfter(attempts: number): number {
  return Math.min(500 * 2 ** attempts, 30_000);
}
