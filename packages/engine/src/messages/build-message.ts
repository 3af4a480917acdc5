import type { CreateMessageRequest, Message, MessageContent, MessageContentPart } from '@cogitator-ai/openai-protocol';
import type { Insert, Put } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { messageKey } from '../records/keys.ts';
import { requireFiles } from '../files/require-files.ts';

/** The message a client adds. Files it names must exist. */
export async function buildMessage(
  context: EngineContext,
  threadId: string,
  request: CreateMessageRequest,
): Promise<Message> {
  const fileIds = namedFiles(request);
  if (fileIds.length > 0) await requireFiles(context.storage, fileIds);
  const createdAt = unixSeconds();
  return {
    id: context.ids.create('message'),
    object: 'thread.message',
    created_at: createdAt,
    thread_id: threadId,
    status: 'completed',
    incomplete_details: null,
    completed_at: createdAt,
    incomplete_at: null,
    role: request.role,
    content: typeof request.content === 'string' ? [toText(request.content)] : request.content.map(toContent),
    assistant_id: null,
    run_id: null,
    attachments: request.attachments ?? [],
    metadata: request.metadata ?? {},
  };
}

/** Stores a message. Messages of a run can be listed by it. */
export function writeMessage<W extends 'insert' | 'put'>(write: W, message: Message): (Insert | Put) & { write: W };
export function writeMessage(write: 'insert' | 'put', message: Message): Insert | Put {
  return {
    write,
    key: messageKey(message.thread_id, message.id),
    body: JSON.stringify(message),
    ...messageFields(message),
  };
}

/** What is stored beside a message. */
export function messageFields({ run_id: runId }: Message): Pick<Insert, 'filters'> {
  return runId === null ? {} : { filters: { run_id: runId } };
}

function toContent(part: MessageContentPart): MessageContent {
  switch (part.type) {
    case 'text':
      return toText(part.text);
    case 'image_url':
      return { type: 'image_url', image_url: { url: part.image_url.url, detail: part.image_url.detail ?? 'auto' } };
    case 'image_file':
      return {
        type: 'image_file',
        image_file: { file_id: part.image_file.file_id, detail: part.image_file.detail ?? 'auto' },
      };
  }
}

function toText(value: string): MessageContent {
  return { type: 'text', text: { value, annotations: [] } };
}

function namedFiles({ content, attachments }: CreateMessageRequest): string[] {
  const files: string[] = [];
  if (typeof content !== 'string') {
    for (const part of content) if (part.type === 'image_file') files.push(part.image_file.file_id);
  }
  for (const { file_id: fileId } of attachments ?? []) if (fileId !== undefined) files.push(fileId);
  return files;
}
