import type { Upload } from '@cogitator-ai/openai-protocol';
import type { Storage, StoredRecord, Write } from '@cogitator-ai/openai-storage';
import { uploadKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';

/**
 * Where an upload stands. `open`: it takes parts. `joining`: one request makes them a file. `publishing`: it is completed, but
 * its file may not be there yet. `emptying`: it has ended, but its parts may still be there. `settled`: its record is all there
 * is.
 */
export type UploadPhase = 'open' | 'joining' | 'publishing' | 'emptying' | 'settled';

/** What is remembered of an upload beside what its client sees. */
export interface UploadState {
  readonly phase: UploadPhase;
  /** Store time in ms at which it expires. */
  readonly expiresAt: number;
  /** How long its file is kept, in seconds; `null` until it is deleted. */
  readonly fileLifetimeSeconds: number | null;
  /** How many parts it has, and their bytes together. */
  readonly parts: number;
  readonly bytes: number;
  /** Hash of the part ids it was completed with. */
  readonly completedWith?: string;
}

/** An upload as it was read. */
export interface StoredUpload {
  readonly upload: Upload;
  readonly state: UploadState;
  readonly version: number;
}

export function parseUpload(record: StoredRecord<'upload'>): StoredUpload {
  return {
    upload: parseRecord(record),
    state: JSON.parse(record.state as string) as UploadState,
    version: record.version,
  };
}

/**
 * Writes an upload if nobody has written it since it was read.
 *
 * @param change.dueAt - Store time in ms at which the phase ends, or is looked after by others.
 * @param change.writes - What is written with it.
 * @returns The upload as it is now, or `null`.
 */
export async function writeUpload(
  storage: Storage,
  stored: StoredUpload,
  change: { upload?: Upload; state: Partial<UploadState>; dueAt: number; writes?: Write[] },
): Promise<StoredUpload | null> {
  const { upload = stored.upload, dueAt, writes = [] } = change;
  const key = uploadKey(upload.id);
  const state = { ...stored.state, ...change.state };
  const { ok } = await storage.commit({
    checks: [{ check: 'version', key, version: stored.version }],
    writes: [{ write: 'put', key, body: JSON.stringify(upload), state: JSON.stringify(state), dueAt }, ...writes],
  });
  return ok ? { upload, state, version: stored.version + 1 } : null;
}
