import { notFound, type UploadAction, uploadBeingCompleted, uploadNotPending } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { isDue } from '../records/due.ts';
import { uploadKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';
import { advanceDueUpload } from './due-upload.ts';
import { parseUpload, type StoredUpload } from './stored-upload.ts';

/**
 * An upload as it stands: one whose time is up is seen as expired at once.
 *
 * @throws `ApiError` 404 when there is none.
 */
export function loadUpload(context: EngineContext, uploadId: string): Promise<StoredUpload> {
  return untilSettled(async () => {
    const record = await context.storage.get(uploadKey(uploadId));
    if (!record) throw notFound('upload', uploadId);
    const stored = parseUpload(record);
    // What is left to do after its end changes nothing for a client.
    const mayChange = stored.state.phase === 'open' || stored.state.phase === 'joining';
    if (!mayChange || !(await isDue(context.storage, record))) return stored;
    await advanceDueUpload(context, record);
    return undefined;
  });
}

/**
 * An upload that a client may change.
 *
 * @throws `ApiError` 404, 400 when it has ended, 409 when it is being completed.
 */
export async function loadOpenUpload(
  context: EngineContext,
  uploadId: string,
  action: UploadAction,
): Promise<StoredUpload> {
  const stored = await loadUpload(context, uploadId);
  if (stored.state.phase === 'joining') throw uploadBeingCompleted(action);
  if (stored.state.phase !== 'open') throw uploadNotPending(action, stored.upload.status);
  return stored;
}
