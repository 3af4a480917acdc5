import type { StreamHead } from '@cogitator-ai/openai-storage/driver';

/** How far a stream has come, as functions and tables have it; nulls where nothing was written. */
export interface HeadRow {
  last_seq: string | null;
  generation: string | null;
}

export function toHead(row: HeadRow | undefined): StreamHead | null {
  if (!row || row.last_seq === null || row.generation === null) return null;
  return { lastSeq: Number(row.last_seq), generation: row.generation };
}
