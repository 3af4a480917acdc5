import { cannotCancelRun, Json, notFound, type Run } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { untilSettled } from '../records/until-settled.ts';
import { requireThread } from '../threads/require-thread.ts';
import { writeRun } from './build-run.ts';
import { commitAndEnqueue } from './commit-and-enqueue.ts';
import { expireRun } from './expire-run.ts';
import { runState } from './run-state.ts';
import { mayBecome } from './run-status.ts';

/** Takes a run from whoever advances it, to be cancelled. It is soon after, by this process or, should that be lost, by another. */
export async function cancelRun(context: EngineContext, threadId: string, runId: string): Promise<Json<Run>> {
  const { storage, dispatcher, limits } = context;
  const key = runKey(threadId, runId);
  return untilSettled(async () => {
    const record = await storage.get(key);
    if (!record) {
      await requireThread(storage, threadId);
      throw notFound('run', runId);
    }
    const now = await storage.now();
    if (await expireRun(context, record, now)) throw cannotCancelRun('expired');
    const current = parseRecord(record);
    if (!mayBecome(current.status, 'cancelling')) throw cannotCancelRun(current.status);
    const run = Json.of<Run>({ ...current, status: 'cancelling', required_action: null });
    // Whoever advances it, wherever that is, can write no more.
    const fence = record.fence + 1;
    const fields = { fence, dueAt: now + limits.leaseMs, state: runState(record) };
    const result = await commitAndEnqueue(context, { threadId, runId, fence }, { atOnce: true }, async () => {
      const committed = await storage.commit({
        checks: [{ check: 'version', key, version: record.version }],
        writes: [writeRun('put', run, fields)],
        events: {
          stream: { partition: threadId, id: runId },
          fence,
          events: [{ event: 'thread.run.cancelling', data: run.text }],
        },
      });
      if (committed.ok) dispatcher.interrupt(runId);
      return committed;
    });
    return result.ok ? run : undefined;
  });
}
