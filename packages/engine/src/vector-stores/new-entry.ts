import type { Attributes, FileChunkingStrategy, VectorStoreFile } from '@cogitator-ai/openai-protocol';
import type { Insert } from '@cogitator-ai/openai-storage';
import { unixSeconds } from '../engine-context.ts';
import { writeEntry } from './stored-entry.ts';

/** A file that is to be added to a store. */
export interface NewEntry {
  readonly fileId: string;
  /** Default none; those of a file that is there already stay. */
  readonly attributes: Attributes | undefined;
  readonly chunking: FileChunkingStrategy;
}

/** A file of a store that is to be made searchable. */
export function buildEntry(storeId: string, { fileId, attributes = {}, chunking }: NewEntry): VectorStoreFile {
  return {
    id: fileId,
    object: 'vector_store.file',
    usage_bytes: 0,
    created_at: unixSeconds(),
    vector_store_id: storeId,
    status: 'in_progress',
    last_error: null,
    chunking_strategy: chunking,
    attributes,
  };
}

/** The write that adds it. @param options.now - The store's clock in ms. */
export function insertEntry(
  entry: VectorStoreFile,
  { batchId, now }: { batchId: string | null; now: number },
): Insert & { write: 'insert' } {
  return writeEntry('insert', entry, {
    state: { batchId, segmentId: null, attempts: 0 },
    // Above any fence that the file had here before it was removed: whoever still works on it for that time is not taken for its holder.
    fence: now,
    dueAt: now,
  });
}
