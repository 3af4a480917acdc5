import { type CreateMessageRequest, notFound, type Thread, type ToolResources } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { threadKey, vectorStoreKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilSettled } from '../records/until-settled.ts';
import { assertUnlocked } from '../runs/thread-lock.ts';
import { addFiles } from '../vector-stores/add-files.ts';
import { toFileChunking } from '../vector-stores/chunking.ts';
import { createStore } from '../vector-stores/create-store.ts';
import { getStore, isExpired } from '../vector-stores/require-store.ts';
import { attachedFiles } from './attach-files.ts';

/** When a store that is made for a thread expires. */
export const THREAD_STORE_EXPIRY = { anchor: 'last_active_at', days: 7 } as const;

/** The resources of a thread with files to be searched: added to its store, or to one that is made for them. */
export async function withSearchedFiles(
  context: EngineContext,
  resources: ToolResources,
  fileIds: readonly string[],
): Promise<ToolResources> {
  if (fileIds.length === 0) return resources;
  const [storeId] = resources.file_search?.vector_store_ids ?? [];
  if (storeId !== undefined) {
    await addAll(context, storeId, fileIds);
    return resources;
  }
  const { value: store } = await createStore(context, { expires_after: THREAD_STORE_EXPIRY, file_ids: [...fileIds] });
  return { ...resources, file_search: { vector_store_ids: [store.id] } };
}

/**
 * Adds the files that messages attach for file_search to the store of their thread. To be called before the messages are stored.
 *
 * @throws `ApiError` 404 without the thread, 400 while a run holds it.
 */
export async function addSearchedFiles(
  context: EngineContext,
  threadId: string,
  messages: readonly CreateMessageRequest[],
): Promise<void> {
  const fileIds = attachedFiles(messages, 'file_search');
  if (fileIds.length === 0) return;
  await assertUnlocked(context, threadId);
  await addAll(context, await requireThreadStore(context, threadId), fileIds);
}

/** The store of a thread; made when it has none that can be used. */
function requireThreadStore(context: EngineContext, threadId: string): Promise<string> {
  const { storage } = context;
  const key = threadKey(threadId);
  return untilSettled(async () => {
    const record = await storage.get(key);
    if (!record) throw notFound('thread', threadId);
    const thread = parseRecord(record);
    const [storeId] = thread.tool_resources.file_search?.vector_store_ids ?? [];
    const known = storeId === undefined ? null : await getStore(storage, storeId);
    if (known && !(await isExpired(storage, known))) return known.key.id;
    const { value: store } = await createStore(context, { expires_after: THREAD_STORE_EXPIRY });
    const changed: Thread = {
      ...thread,
      tool_resources: { ...thread.tool_resources, file_search: { vector_store_ids: [store.id] } },
    };
    const { ok } = await storage.commit({
      checks: [{ check: 'version', key, version: record.version }],
      writes: [{ write: 'put', key, body: JSON.stringify(changed) }],
    });
    if (ok) return store.id;
    await storage.commit({ writes: [{ write: 'delete', key: vectorStoreKey(store.id) }] });
    return undefined;
  });
}

async function addAll(context: EngineContext, storeId: string, fileIds: readonly string[]): Promise<void> {
  const chunking = toFileChunking();
  await addFiles(
    context,
    storeId,
    fileIds.map((fileId) => ({ fileId, attributes: undefined, chunking })),
  );
}
