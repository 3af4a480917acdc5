import { threadHasActiveRun } from '@cogitator-ai/openai-protocol';
import type { CommitResult } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { findActiveRun } from './active-run.ts';
import { expireRun } from './expire-run.ts';

/** Attempts at a commit whose thread others keep changing. */
const MAX_ATTEMPTS = 20;

/**
 * Commits what an active run of the thread forbids. A run whose time is up, but which nobody has ended yet, does not
 * hold the thread: it is ended and the commit is tried again. So is one that was overtaken by a change of the thread.
 */
export async function commitUnlocked(
  context: EngineContext,
  threadId: string,
  commit: () => Promise<CommitResult>,
): Promise<CommitResult> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const result = await commit();
    if (result.ok) return result;
    const { conflict } = result;
    if (conflict.reason === 'version') continue;
    if (conflict.reason !== 'taken') return result;
    const holder = await context.storage.get(runKey(threadId, conflict.holder));
    if (!holder || !(await expireRun(context, holder))) return result;
  }
  throw new Error(`'${threadId}' was changed by others ${MAX_ATTEMPTS} times in a row.`);
}

/** @throws `ApiError` 400 while a run holds the thread. */
export async function assertUnlocked(context: EngineContext, threadId: string): Promise<void> {
  const active = await findActiveRun(context.storage, threadId);
  if (active && !(await expireRun(context, active))) throw threadHasActiveRun(threadId, active.key.id);
}
