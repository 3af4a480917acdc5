import { threadHasActiveRun } from '@cogitator-ai/openai-protocol';
import type { CommitResult } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';
import { findActiveRun } from './active-run.ts';
import { expireRun } from './expire-run.ts';

/**
 * Commits what an active run of the thread forbids. A run whose time is up, but which nobody has ended yet, does not
 * hold the thread: it is ended and the commit is tried again. So is one that was overtaken by a change of the thread.
 */
export async function commitUnlocked(
  context: EngineContext,
  threadId: string,
  commit: () => Promise<CommitResult>,
): Promise<CommitResult> {
  return untilSettled(async () => {
    const result = await commit();
    if (result.ok) return result;
    const { conflict } = result;
    if (conflict.reason === 'version') return undefined;
    if (conflict.reason !== 'taken') return result;
    const holder = await context.storage.get(runKey(threadId, conflict.holder));
    return holder && (await expireRun(context, holder)) ? undefined : result;
  });
}

/** @throws `ApiError` 400 while a run holds the thread. */
export async function assertUnlocked(context: EngineContext, threadId: string): Promise<void> {
  const active = await findActiveRun(context.storage, threadId);
  if (active && !(await expireRun(context, active))) throw threadHasActiveRun(threadId, active.key.id);
}
