import { isTerminalRunStatus, type RunStatus } from '@cogitator-ai/openai-protocol';
import type { Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { parseRecord } from '../records/parse-record.ts';

/** The unique value the active run of a thread holds, so that there is one at most. */
export const ACTIVE_RUN = 'active_run';

/** What a run of this status holds. */
export function activeRunLock(status: RunStatus): typeof ACTIVE_RUN | null {
  return isTerminalRunStatus(status) ? null : ACTIVE_RUN;
}

/** The run that locks the thread, or `null`. Only the latest run can be active. */
export async function findActiveRun(storage: Storage, threadId: string): Promise<StoredRecord<'run'> | null> {
  const { records } = await storage.list({ kind: 'run', path: [threadId], limit: 1, order: 'desc' });
  const latest = records[0];
  return latest && !isTerminalRunStatus(parseRecord(latest).status) ? latest : null;
}
