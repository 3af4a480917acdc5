import { z } from 'zod';
import { FileObject, FilePurpose } from '../files/file-object.ts';

export const UploadStatus = z.enum(['pending', 'completed', 'cancelled', 'expired']);
export type UploadStatus = z.infer<typeof UploadStatus>;

/** A file that arrives in parts. Source: OpenAPI Upload; keys from recorded traffic. Times in Unix seconds. */
export const Upload = z.object({
  id: z.string(),
  object: z.literal('upload'),
  /** Size of the file that the parts make. */
  bytes: z.int(),
  created_at: z.int(),
  filename: z.string(),
  purpose: FilePurpose,
  status: UploadStatus,
  expires_at: z.int(),
  /** There once the upload is completed. */
  file: FileObject.exactOptional(),
});
export type Upload = z.infer<typeof Upload>;

/** Source: OpenAPI UploadPart. */
export const UploadPart = z.object({
  id: z.string(),
  object: z.literal('upload.part'),
  created_at: z.int(),
  upload_id: z.string(),
});
export type UploadPart = z.infer<typeof UploadPart>;
