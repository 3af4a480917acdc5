import { idempotentAnswerGone, isTerminalRunStatus, Json } from '@cogitator-ai/openai-protocol';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import type { StartedRun } from '../runs/create-run.ts';
import type { IdempotencyContext } from './idempotency-context.ts';
import type { Outcome } from './idempotency-record.ts';

/**
 * A stream that began earlier, to be followed from its first event.
 *
 * @throws `ApiError` 409 when its events are gone: they are kept for a while after the run has ended.
 */
export async function resumeStream(
  { storage }: IdempotencyContext,
  key: string,
  { threadId, runId, after }: Outcome & { type: 'stream' },
): Promise<StartedRun> {
  const record = await storage.get(runKey(threadId, runId));
  if (!record) throw idempotentAnswerGone(key, `The thread '${threadId}' of its run was deleted.`);
  const events = await storage.events.read({ partition: threadId, id: runId }, { after, limit: 1 });
  if (events.length === 0 && isTerminalRunStatus(parseRecord(record).status)) {
    throw idempotentAnswerGone(key, `It was the stream of run '${runId}' of thread '${threadId}': retrieve that run.`);
  }
  return { run: Json.parse(record.body), after };
}
