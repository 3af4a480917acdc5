import { z } from 'zod';
import { ErrorBody } from '../errors/api-error.ts';
import { MessageDelta } from '../messages/message-delta.ts';
import { Message } from '../messages/message.ts';
import { RunStepDelta } from '../run-steps/run-step-delta.ts';
import { RunStep } from '../run-steps/run-step.ts';
import { Run } from '../runs/run.ts';
import { Thread } from '../threads/thread.ts';

/** Data of the `error` event: nested and flat at once, because clients of different ages read one or the other. */
export const StreamError = z.object({ error: ErrorBody, ...ErrorBody.shape });
export type StreamError = z.infer<typeof StreamError>;

/** The `error` event's data for `body`. */
export function toStreamError(body: ErrorBody): StreamError {
  return { error: body, ...body };
}

/** One server-sent event of a run: its name and its data. */
export const StreamEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('thread.created'), data: Thread }),
  z.object({ event: z.literal('thread.run.created'), data: Run }),
  z.object({ event: z.literal('thread.run.queued'), data: Run }),
  z.object({ event: z.literal('thread.run.in_progress'), data: Run }),
  z.object({ event: z.literal('thread.run.requires_action'), data: Run }),
  z.object({ event: z.literal('thread.run.completed'), data: Run }),
  z.object({ event: z.literal('thread.run.incomplete'), data: Run }),
  z.object({ event: z.literal('thread.run.failed'), data: Run }),
  z.object({ event: z.literal('thread.run.cancelling'), data: Run }),
  z.object({ event: z.literal('thread.run.cancelled'), data: Run }),
  z.object({ event: z.literal('thread.run.expired'), data: Run }),
  z.object({ event: z.literal('thread.run.step.created'), data: RunStep }),
  z.object({ event: z.literal('thread.run.step.in_progress'), data: RunStep }),
  z.object({ event: z.literal('thread.run.step.delta'), data: RunStepDelta }),
  z.object({ event: z.literal('thread.run.step.completed'), data: RunStep }),
  z.object({ event: z.literal('thread.run.step.failed'), data: RunStep }),
  z.object({ event: z.literal('thread.run.step.cancelled'), data: RunStep }),
  z.object({ event: z.literal('thread.run.step.expired'), data: RunStep }),
  z.object({ event: z.literal('thread.message.created'), data: Message }),
  z.object({ event: z.literal('thread.message.in_progress'), data: Message }),
  z.object({ event: z.literal('thread.message.delta'), data: MessageDelta }),
  z.object({ event: z.literal('thread.message.completed'), data: Message }),
  z.object({ event: z.literal('thread.message.incomplete'), data: Message }),
  z.object({ event: z.literal('error'), data: StreamError }),
  z.object({ event: z.literal('done'), data: z.literal('[DONE]') }),
]);
export type StreamEvent = z.infer<typeof StreamEvent>;

export type StreamEventName = StreamEvent['event'];
