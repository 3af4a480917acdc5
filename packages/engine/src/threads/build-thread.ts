import { type CreateThreadRequest, Json, type Thread } from '@cogitator-ai/openai-protocol';
import type { Write } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { buildMessage, writeMessage } from '../messages/build-message.ts';
import { threadKey } from '../records/keys.ts';
import { createToolResources } from '../tools/tool-resources.ts';
import { codeFiles, withCodeFiles } from './attach-files.ts';

/** A new thread with its first messages, and the writes that store them. */
export async function buildThread(
  context: EngineContext,
  request: CreateThreadRequest,
): Promise<{ thread: Json<Thread>; writes: Write[] }> {
  const threadId = context.ids.create('thread');
  const messages = request.messages ?? [];
  const resources = await createToolResources(context.storage, request.tool_resources ?? {}, []);
  const thread = Json.of<Thread>({
    id: threadId,
    object: 'thread',
    created_at: unixSeconds(),
    metadata: request.metadata ?? {},
    tool_resources: withCodeFiles(resources, codeFiles(messages)),
  });
  const writes: Write[] = [{ write: 'insert', key: threadKey(threadId), body: thread.text }];
  for (const message of messages) {
    writes.push(writeMessage('insert', await buildMessage(context, threadId, message)));
  }
  return { thread, writes };
}
