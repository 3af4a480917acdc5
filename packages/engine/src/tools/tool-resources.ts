import {
  type AssistantTool,
  type CreateToolResources,
  noSuchFile,
  notFound,
  type ToolResources,
  unsupportedFeature,
  type UpdateToolResources,
} from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import { dueAmong } from '../records/due.ts';
import { fileKey } from '../records/keys.ts';

/** What an assistant or thread shows as `tool_resources` when created. Names of files that do not exist are refused. */
export async function createToolResources(
  storage: Storage,
  request: CreateToolResources,
  tools: readonly AssistantTool[],
): Promise<ToolResources> {
  if (request.file_search?.vector_stores?.length) throw unsupportedFeature('tool_resources.file_search.vector_stores');
  const resources = await updateToolResources(storage, request);
  if (!resources.code_interpreter && tools.some(({ type }) => type === 'code_interpreter')) {
    resources.code_interpreter = { file_ids: [] };
  }
  return resources;
}

/** What becomes of resources by a modification: `null` clears them, else they are replaced tool by tool. */
export function changeToolResources(
  current: ToolResources,
  request: UpdateToolResources | null | undefined,
  replaced: ToolResources,
): ToolResources {
  return request === null ? {} : { ...current, ...replaced };
}

/** The resources a modification replaces, tool by tool. Names of files that do not exist are refused. */
export async function updateToolResources(storage: Storage, request: UpdateToolResources): Promise<ToolResources> {
  const resources: ToolResources = {};
  if (request.code_interpreter) {
    const fileIds = request.code_interpreter.file_ids ?? [];
    await requireFiles(storage, fileIds);
    resources.code_interpreter = { file_ids: fileIds };
  }
  if (request.file_search) {
    const [storeId] = request.file_search.vector_store_ids ?? [];
    if (storeId !== undefined) throw notFound('vector_store', storeId);
    resources.file_search = { vector_store_ids: [] };
  }
  return resources;
}

/** @throws `ApiError` 400 naming the first file that does not exist. */
export async function requireFiles(storage: Storage, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const records = await storage.getMany(fileIds.map(fileKey));
  const expired = await dueAmong(storage, records);
  const missing = fileIds.find((_, index) => {
    const record = records[index];
    return !record || expired.includes(record);
  });
  if (missing !== undefined) throw noSuchFile(missing, 400);
}
