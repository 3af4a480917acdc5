import type { VectorStoreFile, VectorStoreFileError } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { getFile } from '../files/get-file.ts';
import { IngestionError } from '../ports/retrieval-port.ts';
import { segmentKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { changeBatches } from './change-batches.ts';
import { changeStore } from './change-store.ts';
import { chunkingOf } from './chunking.ts';
import { countMoves, storeStatusOf } from './file-counts.ts';
import { giveBack, type HeldEntry } from './held-entry.ts';
import { keepSegment } from './keep-segment.ts';
import { removeFiles } from './remove-files.ts';
import type { SegmentRecord } from './segment-record.ts';
import { entryState, writeEntry } from './stored-entry.ts';

/** How often making a file searchable is begun before it is given up. */
const MAX_ATTEMPTS = 5;
/** Longest time that it may take, in ms. */
const MAX_MS = 600_000;

/**
 * Makes a claimed file searchable, or has it failed. What may succeed later is left to be tried again.
 *
 * @param stop - Aborted when this process is about to end: the file is left to others at once.
 */
export async function ingestEntry(context: EngineContext, held: HeldEntry, stop: AbortSignal): Promise<void> {
  const { id: fileId, vector_store_id: storeId } = held.entry;
  const limit = AbortSignal.timeout(MAX_MS);
  const reading = new AbortController();
  try {
    if (held.attempts > MAX_ATTEMPTS) throw new IngestionError('server_error', 'The file could not be processed.');
    await ingest(context, held, AbortSignal.any([stop, held.lost, limit, reading.signal]));
  } catch (error) {
    if (held.lost.aborted) return;
    // It is not the file's fault.
    if (stop.aborted) return await giveBack(context, held, { restMs: 0, attempts: held.attempts - 1 });
    const cause = limit.aborted ? new IngestionError('invalid_file', 'The file took too long to process.') : error;
    if (!IngestionError.isInstance(cause) || (cause.retryable && held.attempts < MAX_ATTEMPTS)) {
      context.logger.warn({ storeId, fileId, err: cause }, 'A file could not be made searchable; it is tried again.');
      return await giveBack(context, held, { restMs: pauseAfter(held.attempts) });
    }
    context.logger.info({ storeId, fileId, code: cause.code, reason: cause.message }, 'A file is not searchable.');
    await endEntry(context, held, { error: { code: cause.code, message: cause.message } });
  } finally {
    context.leases.delete(held);
    // Content that was not read to its end is let go.
    reading.abort();
  }
}

async function ingest(context: EngineContext, held: HeldEntry, signal: AbortSignal): Promise<void> {
  const { storage, retrieval } = context;
  const { id: fileId, vector_store_id: storeId, chunking_strategy: chunking } = held.entry;
  if (!retrieval) throw new IngestionError('unsupported_file', 'This server cannot search files.');
  const record = await getFile(storage, fileId);
  if (!record) return void (await removeFiles(context, storeId, [fileId]));
  const blob = await storage.blobs.get(fileId, { signal });
  if (!blob) throw new IngestionError('server_error', 'The content of the file could not be found.');
  const { filename, bytes, expires_at: expiresAt } = parseRecord(record);
  const segment = await retrieval.ingest(
    { filename, bytes, content: blob.content },
    { chunking: chunkingOf(chunking), signal },
  );
  signal.throwIfAborted();
  const { chunks, bytes: usage, embedding } = segment;
  const make = (id: string): SegmentRecord => ({
    id,
    object: 'vector_store.segment',
    file_id: fileId,
    filename,
    attributes: {},
    chunks,
    bytes: usage,
    embedding,
    file_expires_at: expiresAt,
  });
  await keepSegment(context, storeId, segment, (id) => endEntry(context, held, { segment: make(id) }), { signal });
  // It may have been deleted meanwhile, by whoever did not find it here yet.
  if (!(await getFile(storage, fileId))) await removeFiles(context, storeId, [fileId]);
}

/** @returns Whether it was this process's to end. */
async function endEntry(
  context: EngineContext,
  { entry: { vector_store_id: storeId }, lease }: HeldEntry,
  outcome: { segment: SegmentRecord } | { error: VectorStoreFileError },
): Promise<boolean> {
  const { storage } = context;
  const ended = await changeStore(context, storeId, async ({ store, state }) => {
    const record = await storage.get(lease.key);
    if (record?.fence !== lease.fence) return null;
    const entry = parseRecord(record);
    // What its client said of it meanwhile counts.
    const segment = 'segment' in outcome ? { ...outcome.segment, attributes: entry.attributes } : null;
    const done: VectorStoreFile = segment
      ? { ...entry, status: 'completed', usage_bytes: segment.bytes }
      : { ...entry, status: 'failed', last_error: 'error' in outcome ? outcome.error : null };
    const before = entryState(record);
    const moves = [{ batchId: before.batchId, from: entry.status, to: done.status }];
    const counts = countMoves(store.file_counts, moves);
    const batches = await changeBatches(storage, storeId, moves);
    const insertion = segment && {
      write: 'insert' as const,
      key: segmentKey(storeId, segment.id),
      body: JSON.stringify(segment),
    };
    return {
      store: {
        ...store,
        usage_bytes: store.usage_bytes + done.usage_bytes,
        file_counts: counts,
        status: storeStatusOf(store, counts),
      },
      state: segment ? { ...state, generation: state.generation + 1 } : state,
      checks: [{ check: 'version', key: record.key, version: record.version }, ...batches.checks],
      writes: [
        writeEntry('put', done, { state: { ...before, segmentId: segment?.id ?? null }, dueAt: null }),
        ...(insertion ? [insertion] : []),
        ...batches.writes,
      ],
      result: true,
    };
  });
  return ended ?? false;
}

function pauseAfter(attempts: number): number {
  return Math.min(500 * 2 ** attempts, 30_000);
}
