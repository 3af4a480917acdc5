import { z } from 'zod';
import { duplicatePart } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { FILE_LIFETIME, UploadPurpose } from '../files/upload-file-request.ts';
import { Filename } from '../files/filename.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { integer } from '../primitives/number.ts';
import { text } from '../primitives/text.ts';

/** Limits of uploads in parts. Sizes in bytes; the number of parts is this server's own. */
export const UPLOAD_LIMITS = { maxBytes: 8 * 2 ** 30, maxPartBytes: 64 * 2 ** 20, maxParts: 10_000 } as const;

/** Body of `POST /v1/uploads`. Source: OpenAPI CreateUploadRequest. */
export const CreateUploadRequest = z.strictObject({
  filename: Filename,
  purpose: UploadPurpose,
  bytes: integer({ min: 1, max: UPLOAD_LIMITS.maxBytes }),
  mime_type: text({ max: 255 }).min(1),
  expires_after: z.strictObject({ anchor: z.enum(['created_at']), seconds: integer(FILE_LIFETIME) }).nullish(),
});
export type CreateUploadRequest = z.infer<typeof CreateUploadRequest>;

/** Body of `POST /v1/uploads/{upload_id}/complete`. Source: OpenAPI CompleteUploadRequest. */
export const CompleteUploadRequest = z.strictObject({
  /** The parts in the order in which they make the file, each once. */
  part_ids: boundedArray(z.string(), { min: 1, max: UPLOAD_LIMITS.maxParts }).check(({ value, issues }) => {
    const seen = new Set<string>();
    for (const [index, id] of value.entries()) {
      if (seen.has(id)) {
        issues.push(refusal(id, (param) => duplicatePart(param, id), [index]));
        return;
      }
      seen.add(id);
    }
  }),
  /** MD5 of the file, in hexadecimal digits. */
  md5: text({ max: 64 }).nullish(),
});
export type CompleteUploadRequest = z.infer<typeof CompleteUploadRequest>;
