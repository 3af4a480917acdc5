import type { VectorStoreFile } from '@cogitator-ai/openai-protocol';
import type { Insert, Put, StoredRecord } from '@cogitator-ai/openai-storage';
import { vectorStoreFileKey } from '../records/keys.ts';

/** What is remembered of a file in a store and no client sees. */
export interface EntryState {
  /** The batch that it was added with last, or `null`. */
  readonly batchId: string | null;
  /** Its segment, once it is completed. */
  readonly segmentId: string | null;
  /** How often somebody has begun to make it searchable. */
  readonly attempts: number;
}

export function entryState({ state }: Pick<StoredRecord<'vector_store_file'>, 'state'>): EntryState {
  return state === null ? { batchId: null, segmentId: null, attempts: 0 } : (JSON.parse(state) as EntryState);
}

/** What is stored with a file in a store. */
export interface EntryFields {
  readonly state: EntryState;
  /** Default 0 where it is inserted, else unchanged. */
  readonly fence?: number;
  /** Store time in ms from which somebody has to make it searchable; `null`: nobody has to. */
  readonly dueAt: number | null;
}

/** The write of a file in a store. */
export function writeEntry<W extends 'insert' | 'put'>(
  write: W,
  entry: VectorStoreFile,
  fields: EntryFields,
): (Insert | Put) & { write: W };
export function writeEntry(
  write: 'insert' | 'put',
  entry: VectorStoreFile,
  { state, fence, dueAt }: EntryFields,
): Insert | Put {
  const { id, status, vector_store_id: storeId } = entry;
  const { batchId } = state;
  return {
    write,
    key: vectorStoreFileKey(storeId, id),
    body: JSON.stringify(entry),
    state: JSON.stringify(state),
    dueAt,
    ...(fence !== undefined && { fence }),
    filters: { status, ...(batchId !== null && { batch_id: batchId, batch_status: batchStatus(batchId, status) }) },
  };
}

/** The filter by which the files of a batch that have come so far are found. */
export function batchStatus(batchId: string, status: VectorStoreFile['status']): string {
  return `${batchId}_${status}`;
}
