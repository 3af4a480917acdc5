import { createHash } from 'node:crypto';
import {
  type CompleteUploadRequest,
  Json,
  noSuchPart,
  type Upload,
  uploadBeingCompleted,
  uploadChecksumMismatch,
  uploadSizeMismatch,
} from '@cogitator-ai/openai-protocol';
import { type Storage, StorageError } from '@cogitator-ai/openai-storage';
import { discardBlob, storeBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { buildFile } from '../files/build-file.ts';
import { fileKey, uploadPartKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';
import { endUpload, publishFile, removePartsInTime } from './end-upload.ts';
import { loadOpenUpload, loadUpload } from './load-upload.ts';
import { type StoredUpload, writeUpload } from './stored-upload.ts';
import { partBytes } from './upload-part.ts';

/** How long joining may take: this long in any case … */
const MIN_JOIN_MS = 60_000;
/** … and longer for what is large, at this many bytes per ms. */
const JOIN_BYTES_PER_MS = 8 * 1024;

/**
 * Makes the parts of an upload one file.
 *
 * The request that does it claims the upload first: meanwhile it takes no parts, cannot be cancelled and does not expire. If
 * the parts do not make the file, or the client leaves, the upload is pending again and nothing else has changed.
 */
export async function completeUpload(
  context: EngineContext,
  uploadId: string,
  { part_ids: partIds, md5 }: CompleteUploadRequest,
  { signal }: { signal: AbortSignal },
): Promise<Json<Upload>> {
  const { storage, ids } = context;
  const completedWith = createHash('sha256').update(partIds.join()).digest('base64url');
  const found = await loadUpload(context, uploadId);
  // An earlier attempt got as far as this, and its client was not told.
  if (found.state.phase === 'publishing' && found.state.completedWith === completedWith) return finish(context, found);

  const claimed = await claim(context, uploadId, partIds);
  const { upload, state } = claimed;
  const fileId = ids.create('file');
  const deadline = AbortSignal.timeout(joinMs(upload));
  const joining = { signal: AbortSignal.any([signal, deadline]) };
  try {
    await storeBlob(context, fileKey(fileId), joinParts(storage, partIds, md5, joining), joining);
  } catch (error) {
    await reopen(context, claimed);
    throw deadline.aborted ? new StorageError('unavailable', 'Joining the parts of an upload took too long.') : error;
  }
  const { filename, purpose, bytes } = upload;
  const file = buildFile(context, {
    id: fileId,
    bytes,
    filename,
    purpose,
    lifetimeSeconds: state.fileLifetimeSeconds,
  });
  let ended: StoredUpload | null;
  try {
    ended = await endUpload(context, claimed, {
      upload: { ...upload, status: 'completed', file },
      state: { completedWith },
    });
  } catch (error) {
    // It may have been done all the same; then the upload cannot be reopened, and the content is its file's.
    if (await reopen(context, claimed)) await discardBlob(context, fileKey(fileId));
    throw error;
  }
  if (!ended) {
    await discardBlob(context, fileKey(fileId));
    throw uploadBeingCompleted('complete');
  }
  return finish(context, ended);
}

/** When this fails the upload is completed but its client does not know: a retry comes here again. */
async function finish(context: EngineContext, ended: StoredUpload): Promise<Json<Upload>> {
  await publishFile(context, ended);
  await removePartsInTime(context, ended);
  return Json.of(ended.upload);
}

function claim(context: EngineContext, uploadId: string, partIds: readonly string[]): Promise<StoredUpload> {
  const { storage } = context;
  return untilSettled(async () => {
    const open = await loadOpenUpload(context, uploadId, 'complete');
    const parts = await storage.getMany(partIds.map((id) => uploadPartKey(uploadId, id)));
    let bytes = 0;
    for (const [index, part] of parts.entries()) {
      if (!part) throw noSuchPart(`part_ids[${index}]`, partIds[index] as string, uploadId);
      bytes += partBytes(part);
    }
    if (bytes !== open.upload.bytes) throw uploadSizeMismatch(open.upload.bytes, bytes);
    const dueAt = (await storage.now()) + joinMs(open.upload);
    return (await writeUpload(storage, open, { state: { phase: 'joining' }, dueAt })) ?? undefined;
  });
}

/** @returns Whether it is open now. If not, somebody else has written it, or it is reopened when its time has come. */
async function reopen({ storage, logger }: EngineContext, claimed: StoredUpload): Promise<boolean> {
  try {
    const { expiresAt } = claimed.state;
    return (await writeUpload(storage, claimed, { state: { phase: 'open' }, dueAt: expiresAt })) !== null;
  } catch (err) {
    logger.warn({ err, uploadId: claimed.upload.id }, 'An upload could not be reopened yet.');
    return false;
  }
}

function joinMs({ bytes }: Upload): number {
  return MIN_JOIN_MS + Math.ceil(bytes / JOIN_BYTES_PER_MS);
}

/** The content of all parts. @throws `ApiError` at its end when it does not have the checksum. */
async function* joinParts(
  storage: Storage,
  partIds: readonly string[],
  md5: string | null | undefined,
  options: { signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('md5');
  for (const partId of partIds) {
    const part = await storage.blobs.get(partId, options);
    if (!part) throw new StorageError('unavailable', `The content of the part '${partId}' is gone.`);
    for await (const chunk of part.content) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const got = hash.digest('hex');
  if (md5 != null && md5.toLowerCase() !== got) throw uploadChecksumMismatch(md5, got);
}
