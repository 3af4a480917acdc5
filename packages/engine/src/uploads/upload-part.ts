import type { UploadPart } from '@cogitator-ai/openai-protocol';
import type { Insert, StoredRecord } from '@cogitator-ai/openai-storage';
import { uploadPartKey } from '../records/keys.ts';

/** What is remembered of a part beside what its client sees. */
interface PartState {
  readonly bytes: number;
}

export function insertPart(part: UploadPart, bytes: number): Insert {
  const state: PartState = { bytes };
  return {
    write: 'insert',
    key: uploadPartKey(part.upload_id, part.id),
    body: JSON.stringify(part),
    state: JSON.stringify(state),
  };
}

/** The size of a part's content. */
export function partBytes({ state }: StoredRecord<'upload_part'>): number {
  return (JSON.parse(state as string) as PartState).bytes;
}
