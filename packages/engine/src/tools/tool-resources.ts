import type {
  AssistantTool,
  CreateToolResources,
  ToolResources,
  UpdateToolResources,
  VectorStoreExpiresAfter,
} from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { requireFiles } from '../files/require-files.ts';
import { createStore } from '../vector-stores/create-store.ts';
import { requireStore } from '../vector-stores/require-store.ts';

/**
 * What an assistant or thread shows as `tool_resources` when created, with the vector store that it asks for. Names of files and stores
 * that do not exist are refused.
 *
 * @param options.tools - Those of the assistant. Default none.
 * @param options.expiresAfter - When a store that is made here expires. Default never.
 */
export async function createToolResources(
  context: EngineContext,
  request: CreateToolResources,
  { tools = [], expiresAfter }: { tools?: readonly AssistantTool[]; expiresAfter?: VectorStoreExpiresAfter },
): Promise<ToolResources> {
  const resources = await updateToolResources(context.storage, request);
  const [helper] = request.file_search?.vector_stores ?? [];
  if (helper) {
    const { value: store } = await createStore(context, { ...helper, expires_after: expiresAfter });
    resources.file_search = { vector_store_ids: [store.id] };
  }
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

/** The resources a modification replaces, tool by tool. Names of files and stores that do not exist are refused. */
export async function updateToolResources(storage: Storage, request: UpdateToolResources): Promise<ToolResources> {
  const resources: ToolResources = {};
  if (request.code_interpreter) {
    const fileIds = request.code_interpreter.file_ids ?? [];
    await requireFiles(storage, fileIds);
    resources.code_interpreter = { file_ids: fileIds };
  }
  if (request.file_search) {
    const storeIds = request.file_search.vector_store_ids ?? [];
    for (const storeId of storeIds) await requireStore(storage, storeId);
    resources.file_search = { vector_store_ids: storeIds };
  }
  return resources;
}
