import type { RecordKey } from '@cogitator-ai/openai-storage';

/** The note of a blob that may have no record. It has the blob's key as its id. */
export interface UnownedBlob {
  readonly id: string;
  readonly object: 'unowned_blob';
  /** The record that the blob is to have, or had. */
  readonly owner: RecordKey;
}
