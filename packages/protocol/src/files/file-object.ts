import { z } from 'zod';

/** What a file is for; the outputs are made by the server alone. */
export const FilePurpose = z.enum([
  'assistants',
  'assistants_output',
  'batch',
  'batch_output',
  'fine-tune',
  'fine-tune-results',
  'vision',
  'user_data',
  'evals',
]);
export type FilePurpose = z.infer<typeof FilePurpose>;

/**
 * Whether the service lets clients download files of a purpose. Source: recorded traffic, except for `batch`, `evals` and
 * `fine-tune-results`.
 */
export const IS_DOWNLOADABLE: Readonly<Record<FilePurpose, boolean>> = {
  assistants: false,
  assistants_output: true,
  batch: true,
  batch_output: true,
  'fine-tune': true,
  'fine-tune-results': true,
  vision: false,
  user_data: false,
  evals: false,
};

/** Source: OpenAPI OpenAIFile; keys from recorded traffic. Times in Unix seconds. */
export const FileObject = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int(),
  created_at: z.int(),
  /** Null when the file stays until it is deleted. */
  expires_at: z.int().nullable(),
  filename: z.string(),
  purpose: FilePurpose,
  status: z.enum(['uploaded', 'processed', 'error']),
  status_details: z.string().nullable(),
});
export type FileObject = z.infer<typeof FileObject>;
