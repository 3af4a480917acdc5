import { z } from 'zod';
import { ImageDetail } from './message-content.ts';
import { MessageRole } from './message.ts';

/** An annotation in a delta; `index` is its place in the part's `annotations`. */
export const TextAnnotationDelta = z.discriminatedUnion('type', [
  z.object({
    index: z.int(),
    type: z.literal('file_citation'),
    text: z.string().exactOptional(),
    start_index: z.int().exactOptional(),
    end_index: z.int().exactOptional(),
    file_citation: z.object({ file_id: z.string().exactOptional(), quote: z.string().exactOptional() }).exactOptional(),
  }),
  z.object({
    index: z.int(),
    type: z.literal('file_path'),
    text: z.string().exactOptional(),
    start_index: z.int().exactOptional(),
    end_index: z.int().exactOptional(),
    file_path: z.object({ file_id: z.string().exactOptional() }).exactOptional(),
  }),
]);
export type TextAnnotationDelta = z.infer<typeof TextAnnotationDelta>;

/** What is added to one part of a message; `index` is the place of that part in `content`. */
export const MessageContentDelta = z.discriminatedUnion('type', [
  z.object({
    index: z.int(),
    type: z.literal('text'),
    text: z
      .object({ value: z.string().exactOptional(), annotations: z.array(TextAnnotationDelta).exactOptional() })
      .exactOptional(),
  }),
  z.object({
    index: z.int(),
    type: z.literal('image_file'),
    image_file: z.object({ file_id: z.string().exactOptional(), detail: ImageDetail.exactOptional() }).exactOptional(),
  }),
  z.object({
    index: z.int(),
    type: z.literal('image_url'),
    image_url: z.object({ url: z.string().exactOptional(), detail: ImageDetail.exactOptional() }).exactOptional(),
  }),
  z.object({ index: z.int(), type: z.literal('refusal'), refusal: z.string().exactOptional() }),
]);
export type MessageContentDelta = z.infer<typeof MessageContentDelta>;

/** Data of `thread.message.delta`. Source: OpenAPI MessageDeltaObject. */
export const MessageDelta = z.object({
  id: z.string(),
  object: z.literal('thread.message.delta'),
  delta: z.object({
    role: MessageRole.exactOptional(),
    content: z.array(MessageContentDelta).exactOptional(),
  }),
});
export type MessageDelta = z.infer<typeof MessageDelta>;
