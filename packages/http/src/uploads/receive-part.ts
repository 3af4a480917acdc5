import type { UploadService } from '@cogitator-ai/openai-engine';
import { type Json, UPLOAD_LIMITS, type UploadPart } from '@cogitator-ai/openai-protocol';
import { z } from 'zod';
import { readForm } from './read-form.ts';

/** What the form of a part has beside its data. */
const NoFields = z.strictObject({});

/** Stores the data of a multipart request and makes it a part once all of the request is understood. */
export async function receivePart(
  request: Request,
  uploads: UploadService,
  uploadId: string,
): Promise<Json<UploadPart>> {
  await uploads.requireOpen(uploadId);
  const { received } = await readForm(request, NoFields, {
    field: 'data',
    maxBytes: UPLOAD_LIMITS.maxPartBytes,
    receive: (content, options) => uploads.receivePart(uploadId, content, options),
    discard: (part) => uploads.discardPart(part),
  });
  return uploads.addPart(received);
}
