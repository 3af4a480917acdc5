import type { CommitResult } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { expireRun } from './expire-run.ts';

/**
 * Commits what an active run of the thread forbids. A run whose time is up, but which nobody has ended yet, does not
 * hold the thread: it is ended and the commit is tried again.
 */
export async function commitUnlocked(
  context: EngineContext,
  threadId: string,
  commit: () => Promise<CommitResult>,
): Promise<CommitResult> {
  const result = await commit();
  if (result.ok || result.conflict.reason !== 'taken') return result;
  const holder = await context.storage.get(runKey(threadId, result.conflict.holder));
  return holder && (await expireRun(context, holder)) ? commit() : result;
}
