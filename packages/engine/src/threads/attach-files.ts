import { arrayTooLong, type CreateMessageRequest, notFound, type ToolResources } from '@cogitator-ai/openai-protocol';
import type { Check, Storage, Write } from '@cogitator-ai/openai-storage';
import { threadKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';

/** Most files that the code interpreter of a thread has. */
const MAX_CODE_FILES = 20;

/**
 * What adding messages to a thread depends on and changes: files attached for the code interpreter become the thread's.
 * Read anew for each attempt at the commit.
 */
export async function attachFiles(
  storage: Storage,
  threadId: string,
  messages: readonly CreateMessageRequest[],
): Promise<{ check: Check; writes: Write[] }> {
  const key = threadKey(threadId);
  const fileIds = attachedFiles(messages, 'code_interpreter');
  if (fileIds.length === 0) return { check: { check: 'exists', key }, writes: [] };
  const record = await storage.get(key);
  if (!record) throw notFound('thread', threadId);
  const thread = parseRecord(record);
  const body = JSON.stringify({ ...thread, tool_resources: withCodeFiles(thread.tool_resources, fileIds) });
  return { check: { check: 'version', key, version: record.version }, writes: [{ write: 'put', key, body }] };
}

/** The files that messages attach for a tool. */
export function attachedFiles(
  messages: readonly CreateMessageRequest[],
  tool: 'code_interpreter' | 'file_search',
): string[] {
  return messages.flatMap(({ attachments }) =>
    (attachments ?? []).flatMap(({ file_id: fileId, tools }) =>
      fileId !== undefined && tools?.some(({ type }) => type === tool) ? [fileId] : [],
    ),
  );
}

/** @throws `ApiError` 400 when there are too many then. */
export function withCodeFiles(resources: ToolResources, fileIds: readonly string[]): ToolResources {
  if (fileIds.length === 0) return resources;
  const all = [...new Set([...(resources.code_interpreter?.file_ids ?? []), ...fileIds])];
  if (all.length > MAX_CODE_FILES) {
    throw arrayTooLong('tool_resources.code_interpreter.file_ids', MAX_CODE_FILES, all.length);
  }
  return { ...resources, code_interpreter: { file_ids: all } };
}
