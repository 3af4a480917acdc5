import { z } from 'zod';
import { CreateMessageRequest } from '../messages/message-requests.ts';
import { Metadata } from '../metadata.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { CreateToolResources, UpdateToolResources } from '../tools/tool-resources.ts';

/** Most messages one request may bring. */
export const MAX_MESSAGES_PER_REQUEST = 1000;

/** Body of `POST /v1/threads`, and `thread` of `POST /v1/threads/runs`. Source: OpenAPI CreateThreadRequest. */
export const CreateThreadRequest = z.strictObject({
  messages: boundedArray(CreateMessageRequest, { max: MAX_MESSAGES_PER_REQUEST }).optional(),
  tool_resources: CreateToolResources.nullish(),
  metadata: Metadata.nullish(),
});
export type CreateThreadRequest = z.infer<typeof CreateThreadRequest>;

/** Body of `POST /v1/threads/{thread_id}`. Source: OpenAPI ModifyThreadRequest. */
export const UpdateThreadRequest = z.strictObject({
  tool_resources: UpdateToolResources.nullish(),
  metadata: Metadata.nullish(),
});
export type UpdateThreadRequest = z.infer<typeof UpdateThreadRequest>;
