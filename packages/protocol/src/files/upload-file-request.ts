import { z } from 'zod';
import { invalidFilePurpose } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { integerText } from '../primitives/number.ts';

/** Purposes a client may upload for, in the order the error text names them. */
export const UPLOAD_PURPOSES = ['fine-tune', 'assistants', 'batch', 'user_data', 'vision', 'evals'] as const;
export type UploadPurpose = (typeof UPLOAD_PURPOSES)[number];

export const UploadPurpose = z.custom<UploadPurpose>().check(({ value, issues }) => {
  if (typeof value !== 'string') {
    issues.push({ code: 'invalid_type', expected: 'string', input: value });
  } else if (!UPLOAD_PURPOSES.includes(value)) {
    issues.push(refusal(value, () => invalidFilePurpose(value, UPLOAD_PURPOSES)));
  }
});

/** How long a file that expires is kept, in seconds: 1 hour to 30 days. */
export const FILE_LIFETIME = { min: 3600, max: 2_592_000 } as const;

/** Removes a file some time after it was made. */
export const FileExpiresAfter = z.strictObject({
  anchor: z.enum(['created_at']),
  seconds: integerText(FILE_LIFETIME),
});
export type FileExpiresAfter = z.infer<typeof FileExpiresAfter>;

/**
 * Fields of `POST /v1/files` other than the file itself, which travels beside them.
 *
 * `expires_after[anchor]` and `expires_after[seconds]` of the form are given here as one object.
 * Source: OpenAPI CreateFileRequest.
 */
export const UploadFileRequest = z.strictObject({ purpose: UploadPurpose, expires_after: FileExpiresAfter.optional() });
export type UploadFileRequest = z.infer<typeof UploadFileRequest>;
