import { isTerminalRunStatus, Json, type Run } from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { RunTicket } from '../ports/run-queue.ts';
import { CommitInDoubtError } from '../records/commit-in-doubt.ts';
import { runKey } from '../records/keys.ts';
import { untilReachable } from '../records/until-reachable.ts';
import { untilSettled } from '../records/until-settled.ts';
import { parseRecord } from '../records/parse-record.ts';
import { writeRun } from './build-run.ts';
import { HeldRun } from './held-run.ts';
import { runState } from './run-state.ts';

/** What a claim changes, and the event that tells of it. */
interface ClaimChange {
  readonly change: Partial<Run>;
  readonly event: string | null;
  /** Whether somebody else was advancing the run, and may have left something unfinished. */
  readonly isTakeover: boolean;
}

/** As it is, with whatever was left. */
const UNCHANGED: ClaimChange = { change: {}, event: null, isTakeover: false };

/** The fence that a claim has set which was not answered: it may be one's own. */
export interface ClaimDoubt {
  fence: number | null;
}

/**
 * Claims a run that waits to be advanced, by raising its fence: whoever held it before can write no more. A queued run
 * is in progress from here on. A run that is in progress is claimed when whoever advanced it has let its lease run out.
 *
 * @returns `null` when there is nothing to advance: the run has ended, waits for its client, is being advanced already,
 * was claimed by somebody else just now, or is gone.
 * @throws `StorageError` when the store stays out of reach, or is when `interrupt` is aborted.
 */
export async function claimRun(
  context: EngineContext,
  ticket: RunTicket,
  interrupt: AbortSignal,
): Promise<HeldRun | null> {
  const doubt: ClaimDoubt = { fence: null };
  return untilReachable(context, { waiting: 'a run waits for it to be begun', signal: interrupt }, async () => {
    const record = await context.storage.get(runKey(ticket.threadId, ticket.runId));
    if (!record) return null;
    const now = await context.storage.now();
    return doubting(doubt, record, () =>
      claim(context, record, now, ({ status }, { fence, dueAt }) => {
        if (fence !== record.fence) return null;
        if (status === 'cancelling') return UNCHANGED;
        if (status === 'in_progress') {
          // An own claim that was not answered may have been a takeover.
          if (fence === doubt.fence) return { ...UNCHANGED, isTakeover: true };
          return dueAt !== null && dueAt <= now ? { ...UNCHANGED, isTakeover: true } : null;
        }
        if (status !== 'queued') return null;
        const change = { status: 'in_progress', started_at: unixSeconds() } as const;
        return { change, event: 'thread.run.in_progress', isTakeover: false };
      }),
    );
  });
}

/**
 * Claims a run whose time is up, whatever its status and whoever holds it.
 *
 * @param now - Store time in ms.
 */
export async function claimExpiredRun(
  context: EngineContext,
  record: StoredRecord<'run'>,
  now: number,
): Promise<HeldRun | null> {
  return claim(context, record, now, ({ status }, latest) => {
    if (latest.fence !== record.fence || isTerminalRunStatus(status)) return null;
    return runState(latest).expiresAt <= now ? UNCHANGED : null;
  });
}

/** Claims a run that is to end now, whatever its status and whoever holds it. From here on it is being cancelled. */
export async function claimToStop(context: EngineContext, record: StoredRecord<'run'>): Promise<HeldRun | null> {
  return claim(context, record, await context.storage.now(), ({ status }) => {
    if (isTerminalRunStatus(status)) return null;
    if (status === 'cancelling') return UNCHANGED;
    return {
      change: { status: 'cancelling', required_action: null },
      event: 'thread.run.cancelling',
      isTakeover: false,
    };
  });
}

/**
 * Claims a run anew that this process holds, when its writes have failed: those that were not answered can be applied no more.
 *
 * @param doubt - Of earlier attempts.
 * @returns `null` when it is not this process's to advance any more: it has ended, waits, or is somebody else's.
 */
export async function claimAgain(
  context: EngineContext,
  { run, fence }: HeldRun,
  doubt: ClaimDoubt,
): Promise<HeldRun | null> {
  const record = await context.storage.get(runKey(run.thread_id, run.id));
  if (!record) return null;
  const now = await context.storage.now();
  return doubting(doubt, record, () =>
    claim(context, record, now, ({ status }, latest) => {
      const isOwn = latest.fence === fence || latest.fence === doubt.fence;
      return isOwn && (status === 'in_progress' || status === 'cancelling') ? UNCHANGED : null;
    }),
  );
}

/** Remembers a claim that was not answered. */
async function doubting<T>(doubt: ClaimDoubt, { fence }: StoredRecord<'run'>, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof CommitInDoubtError) doubt.fence = fence + 1;
    throw error;
  }
}

/**
 * @param now - Store time in ms: the lease begins here.
 * @param decide - Asked again when the run was changed meanwhile, such as its metadata. `null`: there is nothing to claim.
 */
async function claim(
  context: EngineContext,
  first: StoredRecord<'run'>,
  now: number,
  decide: (run: Run, record: StoredRecord<'run'>) => ClaimChange | null,
): Promise<HeldRun | null> {
  const { storage, limits } = context;
  let record: StoredRecord<'run'> | null = first;
  return untilSettled(async () => {
    const decision = record && decide(parseRecord(record), record);
    if (!record || !decision) return null;
    const { key, version } = record;
    const { isTakeover } = decision;
    const run = Json.of({ ...parseRecord(record), ...decision.change });
    const fence = record.fence + 1;
    const before = runState(record);
    const state = { ...before, attempts: before.attempts + (isTakeover ? 1 : 0) };
    const result = await storage.commit({
      checks: [{ check: 'version', key, version }],
      writes: [writeRun('put', run, { fence, dueAt: now + limits.leaseMs, state })],
      events: {
        stream: { partition: run.value.thread_id, id: run.value.id },
        fence,
        events: decision.event === null ? [] : [{ event: decision.event, data: run.text }],
      },
    });
    if (result.ok) {
      const claimed = { ...record, body: run.text, state: JSON.stringify(state), fence, version: version + 1 };
      const { lastEvent = 0 } = result;
      return new HeldRun(context, claimed, { isTakeover, lastEvent, msToExpiry: Math.max(0, state.expiresAt - now) });
    }
    record = await storage.get(key);
    return undefined;
  });
}
