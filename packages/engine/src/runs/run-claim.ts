import { isTerminalRunStatus, Json, type Run } from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { RunTicket } from '../ports/dispatcher.ts';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/wire-record.ts';
import { writeRun } from './build-run.ts';
import { HeldRun } from './held-run.ts';

/**
 * Claims a run that waits to be advanced, by raising its fence: whoever held it before can write no more. A queued run
 * is in progress from here on.
 *
 * @returns `null` when there is nothing to advance: the run has ended, waits for its client, is being advanced already,
 * was claimed by somebody else just now, or is gone.
 */
export async function claimRun(context: EngineContext, ticket: RunTicket): Promise<HeldRun | null> {
  const record = await context.storage.get(runKey(ticket.threadId, ticket.runId));
  if (!record) return null;
  const { status } = parseRecord(record);
  if (status === 'queued') {
    return claim(
      context,
      record,
      { status: 'in_progress', started_at: unixSeconds(context) },
      'thread.run.in_progress',
    );
  }
  return status === 'cancelling' ? claim(context, record, {}, null) : null;
}

/** Claims a run whose time is up, whatever its status and whoever holds it. */
export async function claimExpiredRun(context: EngineContext, record: StoredRecord<'run'>): Promise<HeldRun | null> {
  if (record.dueAt === null || record.dueAt > (await context.storage.now())) return null;
  return isTerminalRunStatus(parseRecord(record).status) ? null : claim(context, record, {}, null);
}

/** Claims a run that is to end now, whatever its status and whoever holds it. From here on it is being cancelled. */
export async function claimToStop(context: EngineContext, record: StoredRecord<'run'>): Promise<HeldRun | null> {
  const { status } = parseRecord(record);
  if (isTerminalRunStatus(status)) return null;
  if (status === 'cancelling') return claim(context, record, {}, null);
  return claim(context, record, { status: 'cancelling', required_action: null }, 'thread.run.cancelling');
}

async function claim(
  context: EngineContext,
  record: StoredRecord<'run'>,
  change: Partial<Run>,
  event: string | null,
): Promise<HeldRun | null> {
  const { key, version, dueAt } = record;
  const run = Json.of({ ...parseRecord(record), ...change });
  const fence = record.fence + 1;
  const result = await context.storage.commit({
    checks: [{ check: 'version', key, version }],
    writes: [writeRun('put', run, { fence, dueAt })],
    events: {
      stream: { partition: run.value.thread_id, id: run.value.id },
      fence,
      events: event === null ? [] : [{ event, data: run.text }],
    },
  });
  if (!result.ok) return null;
  return new HeldRun(context, { ...record, body: run.text, fence, version: version + 1 });
}
