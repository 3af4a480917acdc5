import { type BlobInfo, type RecordKey, StorageError, type StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { CommitInDoubtError } from '../records/commit-in-doubt.ts';
import { unownedBlobKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import type { UnownedBlob } from './unowned-blob.ts';

/** When a note of a blob that arrives is looked at, in ms: later than any request lasts. */
const ARRIVAL_MS = 86_400_000;
/** When a note of a blob that is deleted is looked at, in ms. */
const DELETION_MS = 60_000;

type BlobContext = Pick<EngineContext, 'storage' | 'logger'>;

/**
 * Stores a blob for a record that is made afterwards. The blob's key is the record's id. When the record is there,
 * {@link keepBlob} is called; when it will not be, {@link discardBlob}.
 *
 * No commit covers a blob and its record. So there is a note of the blob while it may have none: whatever stops in between,
 * {@link settleBlob} finds the note and deletes what nobody owns.
 */
export async function storeBlob(
  context: BlobContext,
  owner: RecordKey,
  content: AsyncIterable<Uint8Array>,
  options: { signal: AbortSignal },
): Promise<BlobInfo> {
  await noteBlob(context, owner, ARRIVAL_MS);
  try {
    return await context.storage.blobs.put(owner.id, content, options);
  } catch (error) {
    await attempt(context, async () => {
      // A driver that cannot be reached may have stored it all the same, or may do so yet: then the note stays.
      await context.storage.blobs.delete(owner.id);
      if (!isUnavailable(error)) await forgetNote(context, owner);
    });
    throw error;
  }
}

/** The record of a stored blob is there. Never rejects. */
export async function keepBlob(context: BlobContext, owner: RecordKey): Promise<void> {
  await attempt(context, () => forgetNote(context, owner));
}

/** Whether a stored blob may have no record. */
export async function isUnowned({ storage }: BlobContext, owner: RecordKey): Promise<boolean> {
  return (await storage.get(unownedBlobKey(owner.id))) !== null;
}

/**
 * Deletes a stored blob, and its record if a commit that seemed to fail has made it. Never rejects.
 *
 * @param failure - What kept the record from being made, if that was tried.
 */
export async function discardBlob(context: BlobContext, owner: RecordKey, failure?: unknown): Promise<void> {
  await attempt(context, async () => {
    const isMade = (await context.storage.get(owner)) !== null;
    if (isMade) await context.storage.commit({ writes: [{ write: 'delete', key: owner }] });
    // Applied in a moment, the commit makes a record that needs the blob: the note settles it when that is over.
    else if (failure instanceof CommitInDoubtError) return;
    await dropBlob(context, owner);
  });
}

/**
 * Finds out what became of a stored blob whose record seems not to have been made: where it was, the blob is kept, else deleted. Never
 * rejects.
 *
 * @param failure - What the commit failed with.
 * @returns Whether the record is there.
 */
export async function settleFailedCommit(context: BlobContext, owner: RecordKey, failure: unknown): Promise<boolean> {
  let isMade = false;
  await attempt(context, async () => {
    isMade = (await context.storage.get(owner)) !== null;
    // Applied in a moment, the commit makes a record that needs the blob: the note settles it when that is over.
    if (isMade) await forgetNote(context, owner);
    else if (!(failure instanceof CommitInDoubtError)) await dropBlob(context, owner);
  });
  return isMade;
}

/**
 * Deletes a record and its blob.
 *
 * @returns Whether there was a record.
 */
export async function deleteWithBlob(context: BlobContext, owner: RecordKey): Promise<boolean> {
  await noteBlob(context, owner, DELETION_MS);
  const result = await context.storage.commit({
    checks: [{ check: 'exists', key: owner }],
    writes: [{ write: 'delete', key: owner }],
  });
  // Whatever becomes of the blob, the record is gone, and that is what was asked for.
  await attempt(context, () => dropBlob(context, owner));
  return result.ok;
}

/** Notes blobs whose records are to be deleted. Afterwards {@link settleBlobs} is called, else they are deleted some time later. */
export async function noteBlobs(context: BlobContext, owners: readonly RecordKey[]): Promise<void> {
  if (owners.length === 0) return;
  const lookAt = (await context.storage.now()) + DELETION_MS;
  await Promise.all(owners.map((owner) => insertNote(context, owner, lookAt)));
}

/** Deletes the noted blobs that have no record any more. Never rejects. */
export async function settleBlobs(context: BlobContext, owners: readonly RecordKey[]): Promise<void> {
  await Promise.all(owners.map((owner) => attempt(context, () => settle(context, owner))));
}

/** Goes through a note that has come due: a blob without a record is deleted. */
export async function settleBlob(context: BlobContext, note: StoredRecord<'unowned_blob'>): Promise<boolean> {
  await settle(context, parseRecord(note).owner);
  return true;
}

async function settle(context: BlobContext, owner: RecordKey): Promise<void> {
  if (await context.storage.get(owner)) await forgetNote(context, owner);
  else await dropBlob(context, owner);
}

async function noteBlob(context: BlobContext, owner: RecordKey, lookMs: number): Promise<void> {
  await insertNote(context, owner, (await context.storage.now()) + lookMs);
}

/** @param lookAt - When it is looked at, by the store's clock in ms. */
async function insertNote({ storage }: BlobContext, owner: RecordKey, lookAt: number): Promise<void> {
  const note: UnownedBlob = { id: owner.id, object: 'unowned_blob', owner };
  // There may be one: then that is the note.
  await storage.commit({
    writes: [{ write: 'insert', key: unownedBlobKey(owner.id), body: JSON.stringify(note), dueAt: lookAt }],
  });
}

async function dropBlob(context: BlobContext, owner: RecordKey): Promise<void> {
  await context.storage.blobs.delete(owner.id);
  await forgetNote(context, owner);
}

async function forgetNote({ storage }: BlobContext, { id }: RecordKey): Promise<void> {
  await storage.commit({ writes: [{ write: 'delete', key: unownedBlobKey(id) }] });
}

function isUnavailable(error: unknown): boolean {
  return StorageError.isInstance(error) && error.code === 'unavailable';
}

/** What cannot be done now is done when the note comes due. */
async function attempt({ logger }: BlobContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (err) {
    logger.warn({ err }, 'A blob could not be settled; it is looked at again later.');
  }
}
