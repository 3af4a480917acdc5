import { type CreateThreadRequest, Json, type Thread } from '@cogitator-ai/openai-protocol';
import type { Write } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { buildMessage, writeMessage } from '../messages/build-message.ts';
import { threadKey } from '../records/keys.ts';
import { createToolResources } from '../tools/tool-resources.ts';
import { attachedFiles, withCodeFiles } from './attach-files.ts';
import { THREAD_STORE_EXPIRY, withSearchedFiles } from './searched-files.ts';

/** A new thread with its first messages, and the writes that store them. */
export async function buildThread(
  context: EngineContext,
  request: CreateThreadRequest,
  threadId = context.ids.create('thread'),
): Promise<{ thread: Json<Thread>; writes: Write[] }> {
  const messages = request.messages ?? [];
  const added: Write[] = [];
  for (const message of messages) {
    added.push(writeMessage('insert', await buildMessage(context, threadId, message)));
  }
  const resources = await createToolResources(context, request.tool_resources ?? {}, {
    expiresAfter: THREAD_STORE_EXPIRY,
  });
  const thread = Json.of<Thread>({
    id: threadId,
    object: 'thread',
    created_at: unixSeconds(),
    metadata: request.metadata ?? {},
    tool_resources: await withSearchedFiles(
      context,
      withCodeFiles(resources, attachedFiles(messages, 'code_interpreter')),
      attachedFiles(messages, 'file_search'),
    ),
  });
  return { thread, writes: [{ write: 'insert', key: threadKey(threadId), body: thread.text }, ...added] };
}
