import { z } from 'zod';
import { Metadata } from '../metadata.ts';
import { Attachment } from './attachment.ts';
import { MessageContent } from './message-content.ts';

export const MessageRole = z.enum(['user', 'assistant']);
export type MessageRole = z.infer<typeof MessageRole>;

export const MessageStatus = z.enum(['in_progress', 'incomplete', 'completed']);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** Why a message ends before its answer did. */
export const MessageIncompleteReason = z.enum([
  'content_filter',
  'max_tokens',
  'run_cancelled',
  'run_expired',
  'run_failed',
]);
export type MessageIncompleteReason = z.infer<typeof MessageIncompleteReason>;

/** Source: OpenAPI MessageObject; keys and order from recorded traffic. */
export const Message = z.object({
  id: z.string(),
  object: z.literal('thread.message'),
  created_at: z.int(),
  thread_id: z.string(),
  status: MessageStatus,
  incomplete_details: z.object({ reason: MessageIncompleteReason }).nullable(),
  completed_at: z.int().nullable(),
  incomplete_at: z.int().nullable(),
  role: MessageRole,
  content: z.array(MessageContent),
  assistant_id: z.string().nullable(),
  run_id: z.string().nullable(),
  attachments: z.array(Attachment),
  metadata: Metadata,
});
export type Message = z.infer<typeof Message>;
