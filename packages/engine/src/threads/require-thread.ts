import { notFound } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import { threadKey } from '../records/keys.ts';

/** @throws `ApiError` 404 when there is no such thread. */
export async function requireThread(storage: Storage, threadId: string): Promise<void> {
  if (!(await storage.get(threadKey(threadId)))) throw notFound('thread', threadId);
}
