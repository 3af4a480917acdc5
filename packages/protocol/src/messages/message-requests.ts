import { z } from 'zod';
import { arrayTooShort, emptyMessage, invalidImageUrl, missingParameter } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { Metadata } from '../metadata.ts';
import { ListQuery } from '../pagination.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { text } from '../primitives/text.ts';
import { Attachment } from './attachment.ts';
import { ImageDetail } from './message-content.ts';
import { MessageRole } from './message.ts';

/** Most parts and attachments of one message. */
const MAX_ITEMS = 1000;

const MessageText = text({ max: 256_000 }).check(({ value, issues }) => {
  if (!/\S/.test(value)) issues.push(refusal(value, emptyMessage));
});

/** Where a model can fetch an image, or the image itself. */
const ImageUrl = z.string().check(({ value, issues }) => {
  if (!/^(?:https?:\/\/\S|data:image\/)/i.test(value)) issues.push(refusal(value.slice(0, 100), invalidImageUrl));
});

/** A part of a message as requests carry it; in answers see `MessageContent`. */
export const MessageContentPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: MessageText }),
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: ImageUrl, detail: ImageDetail.optional() }),
  }),
  z.strictObject({
    type: z.literal('image_file'),
    image_file: z.strictObject({ file_id: z.string(), detail: ImageDetail.optional() }),
  }),
]);
export type MessageContentPart = z.infer<typeof MessageContentPart>;

/**
 * An attachment as requests carry it. The OpenAPI description requires none of its keys, but a file without tools, or tools
 * without a file, would be ignored in silence.
 */
const RequestAttachment = Attachment.check(({ value: { file_id: fileId, tools }, issues }) => {
  if (fileId === undefined) issues.push(refusal(fileId, missingParameter, ['file_id']));
  else if (tools === undefined) issues.push(refusal(tools, missingParameter, ['tools']));
  else if (tools.length === 0) issues.push(refusal(tools, (param) => arrayTooShort(param, 1, 0), ['tools']));
});

/** Body of `POST /v1/threads/{thread_id}/messages`. Source: OpenAPI CreateMessageRequest. */
export const CreateMessageRequest = z.strictObject({
  role: MessageRole,
  content: z.union([MessageText, boundedArray(MessageContentPart, { min: 1, max: MAX_ITEMS })]),
  attachments: boundedArray(RequestAttachment, { max: MAX_ITEMS }).nullish(),
  metadata: Metadata.nullish(),
});
export type CreateMessageRequest = z.infer<typeof CreateMessageRequest>;

/** Body of `POST /v1/threads/{thread_id}/messages/{message_id}`. Source: OpenAPI ModifyMessageRequest. */
export const UpdateMessageRequest = z.strictObject({ metadata: Metadata.nullish() });
export type UpdateMessageRequest = z.infer<typeof UpdateMessageRequest>;

/** Query of `GET /v1/threads/{thread_id}/messages`. */
export const ListMessagesQuery = z.object({
  ...ListQuery.shape,
  /** Only messages this run wrote. */
  run_id: z.string().optional(),
});
export type ListMessagesQuery = z.infer<typeof ListMessagesQuery>;
