import type { Upload } from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { isUnowned, keepBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { insertFile } from '../files/build-file.ts';
import { fileKey } from '../records/keys.ts';
import { type StoredUpload, type UploadState, writeUpload } from './stored-upload.ts';

/** When an upload that has ended but is not settled is looked after by others, in ms. */
const SETTLE_MS = 60_000;
/** Parts removed with one commit. */
const BATCH = 100;

/**
 * Ends an upload: this is the moment from which it is completed, cancelled or expired.
 *
 * @param ended - The upload as it is from now on, and what is remembered of how it came to that. What follows from that is for {@link publishFile} and {@link removeParts}.
 * @returns `null` when somebody else has written the upload meanwhile.
 */
export async function endUpload(
  { storage }: EngineContext,
  stored: StoredUpload,
  ended: { upload: Upload; state?: Pick<UploadState, 'completedWith'> },
): Promise<StoredUpload | null> {
  const phase = ended.upload.file ? 'publishing' : 'emptying';
  return writeUpload(storage, stored, {
    upload: ended.upload,
    state: { ...ended.state, phase },
    dueAt: (await storage.now()) + SETTLE_MS,
  });
}

/** Makes the file of a completed upload, unless an earlier attempt has: the file may have been deleted since. */
export async function publishFile(context: EngineContext, { upload: { file } }: StoredUpload): Promise<void> {
  if (!file || !(await isUnowned(context, fileKey(file.id)))) return;
  await context.storage.commit({ writes: [await insertFile(context.storage, file)] });
  await keepBlob(context, fileKey(file.id));
}

/**
 * Removes the parts of an upload that has ended and whose file is there; then nothing is left to do.
 *
 * @returns `false` when somebody else has done it meanwhile.
 */
export async function removeParts(context: EngineContext, ended: StoredUpload): Promise<boolean> {
  const { storage, limits } = context;
  const stored = await beginEmptying(context, ended);
  if (!stored) return false;
  for (;;) {
    const { records, hasMore } = await storage.list({
      kind: 'upload_part',
      path: [stored.upload.id],
      limit: BATCH,
      order: 'asc',
    });
    // Blobs first: it is by their records that they are found.
    await Promise.all(records.map(({ key }) => storage.blobs.delete(key.id)));
    if (records.length > 0) await storage.commit({ writes: records.map(toDelete) });
    if (!hasMore) break;
  }
  const settled = await writeUpload(storage, stored, {
    state: { phase: 'settled' },
    dueAt: (await storage.now()) + limits.uploadRetentionMs,
  });
  return settled !== null;
}

/** {@link removeParts}, whose failure concerns nobody who waits for an answer: it is tried again. */
export async function removePartsInTime(context: EngineContext, stored: StoredUpload): Promise<void> {
  try {
    await removeParts(context, stored);
  } catch (err) {
    context.logger.warn({ err, uploadId: stored.upload.id }, 'The parts of an upload could not be removed yet.');
  }
}

async function beginEmptying({ storage }: EngineContext, stored: StoredUpload): Promise<StoredUpload | null> {
  if (stored.state.phase === 'emptying') return stored;
  const dueAt = (await storage.now()) + SETTLE_MS;
  return writeUpload(storage, stored, { state: { phase: 'emptying' }, dueAt });
}

function toDelete({ key }: StoredRecord<'upload_part'>) {
  return { write: 'delete', key } as const;
}
