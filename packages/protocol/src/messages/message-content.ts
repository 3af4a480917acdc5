import { z } from 'zod';
import { TextAnnotation } from './annotation.ts';

export const ImageDetail = z.enum(['auto', 'low', 'high']);
export type ImageDetail = z.infer<typeof ImageDetail>;

export const TextContent = z.object({
  type: z.literal('text'),
  text: z.object({ value: z.string(), annotations: z.array(TextAnnotation) }),
});
export type TextContent = z.infer<typeof TextContent>;

export const ImageFileContent = z.object({
  type: z.literal('image_file'),
  image_file: z.object({ file_id: z.string(), detail: ImageDetail }),
});
export type ImageFileContent = z.infer<typeof ImageFileContent>;

export const ImageUrlContent = z.object({
  type: z.literal('image_url'),
  image_url: z.object({ url: z.string(), detail: ImageDetail }),
});
export type ImageUrlContent = z.infer<typeof ImageUrlContent>;

export const RefusalContent = z.object({ type: z.literal('refusal'), refusal: z.string() });
export type RefusalContent = z.infer<typeof RefusalContent>;

/** A part of a message as answers show it; in requests see `MessageContentPart`. */
export const MessageContent = z.discriminatedUnion('type', [
  TextContent,
  ImageFileContent,
  ImageUrlContent,
  RefusalContent,
]);
export type MessageContent = z.infer<typeof MessageContent>;
