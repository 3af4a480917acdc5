import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { endUpload, publishFile, removeParts, removePartsInTime } from './end-upload.ts';
import { parseUpload, type StoredUpload, writeUpload } from './stored-upload.ts';

/**
 * Takes an upload on whose phase has lasted too long.
 *
 * @returns Whether it was this call that did; if not, somebody else has written the upload meanwhile.
 */
export async function advanceDueUpload(context: EngineContext, record: StoredRecord<'upload'>): Promise<boolean> {
  const { storage } = context;
  const stored = parseUpload(record);
  const { phase, expiresAt } = stored.state;
  switch (phase) {
    case 'open':
      return expireUpload(context, stored);
    case 'joining':
      // Whoever joined the parts has stopped. The client may try again, if there is time.
      if (expiresAt <= (await storage.now())) return expireUpload(context, stored);
      return (await writeUpload(storage, stored, { state: { phase: 'open' }, dueAt: expiresAt })) !== null;
    case 'publishing':
      await publishFile(context, stored);
      return removeParts(context, stored);
    case 'emptying':
      return removeParts(context, stored);
    case 'settled': {
      const { key, version } = record;
      const forget = { write: 'delete', key } as const;
      return (await storage.commit({ checks: [{ check: 'version', key, version }], writes: [forget] })).ok;
    }
  }
}

async function expireUpload(context: EngineContext, stored: StoredUpload): Promise<boolean> {
  const ended = await endUpload(context, stored, { upload: { ...stored.upload, status: 'expired' } });
  if (ended) await removePartsInTime(context, ended);
  return ended !== null;
}
