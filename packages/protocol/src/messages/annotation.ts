import { z } from 'zod';

/**
 * A place in a text that cites a file.
 *
 * `start_index` is inclusive, `end_index` exclusive: `value.slice(start_index, end_index) === text`.
 */
export const FileCitationAnnotation = z.object({
  type: z.literal('file_citation'),
  text: z.string(),
  start_index: z.int(),
  end_index: z.int(),
  file_citation: z.object({ file_id: z.string() }),
});
export type FileCitationAnnotation = z.infer<typeof FileCitationAnnotation>;

/** A place in a text that names a file code_interpreter wrote. */
export const FilePathAnnotation = z.object({
  type: z.literal('file_path'),
  text: z.string(),
  start_index: z.int(),
  end_index: z.int(),
  file_path: z.object({ file_id: z.string() }),
});
export type FilePathAnnotation = z.infer<typeof FilePathAnnotation>;

export const TextAnnotation = z.discriminatedUnion('type', [FileCitationAnnotation, FilePathAnnotation]);
export type TextAnnotation = z.infer<typeof TextAnnotation>;
