import type { Attributes } from '@cogitator-ai/openai-protocol';

/** A file of a store as searches need it. There is one for each completed file; its id is the key of the segment's blob. */
export interface SegmentRecord {
  readonly id: string;
  readonly object: 'vector_store.segment';
  readonly file_id: string;
  readonly filename: string;
  readonly attributes: Attributes;
  readonly chunks: number;
  /** Size of the blob. */
  readonly bytes: number;
  /** What its vectors were made with, or `null`. */
  readonly embedding: string | null;
  /** When the file itself expires, in Unix seconds, or `null`. */
  readonly file_expires_at: number | null;
}
