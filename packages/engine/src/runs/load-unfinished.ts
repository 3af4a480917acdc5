import type { Message, Run, RunStep } from '@cogitator-ai/openai-protocol';
import type { EventStreamKey, Storage, StoredRecord } from '@cogitator-ai/openai-storage';
import { messageKey } from '../records/keys.ts';
import { walkRecords } from '../records/walk-records.ts';
import { parseRecord } from '../records/parse-record.ts';
import { stepState } from '../run-steps/step-state.ts';
import type { Unfinished } from './end-run.ts';
import type { HeldRun } from './held-run.ts';
import { dataOf, replayDeltas } from './replay-deltas.ts';
import { addUsage, NO_USAGE } from './usage.ts';

/** What somebody else has left of a run. */
export interface LeftUnfinished extends Unfinished {
  /** Whether all calls of the open step were there, so that those of the server may have been executed. */
  readonly hasAllCalls: boolean;
}

/**
 * What the store knows of a run that was claimed from whoever was advancing it, if anybody was: the step that was left
 * open, with all that was told of it, and what the run has cost.
 */
export async function loadUnfinished(storage: Storage, held: Pick<HeldRun, 'run' | 'stream'>): Promise<LeftUnfinished> {
  const { run } = held;
  let usage = NO_USAGE;
  for await (const step of walkRecords(storage, { kind: 'run_step', path: [run.thread_id, run.id], order: 'asc' })) {
    if (step.usage) usage = addUsage(usage, step.usage);
  }
  const record = await latestStep(storage, run);
  const step = record && parseRecord(record);
  if (!record || step?.status !== 'in_progress') return { open: null, openUsage: NO_USAGE, usage, hasAllCalls: false };
  const state = stepState(record);
  const openUsage = state?.usage ?? NO_USAGE;
  const message = await messageOf(storage, step, held.stream);
  const open = await replayDeltas(storage.events, held.stream, { step, message, searches: state?.searches });
  return { open, openUsage, usage: addUsage(usage, openUsage), hasAllCalls: state !== null };
}

/** The step a run began last, or `null`. */
export async function latestStep(storage: Storage, run: Run): Promise<StoredRecord<'run_step'> | null> {
  const { records } = await storage.list({ kind: 'run_step', path: [run.thread_id, run.id], limit: 1, order: 'desc' });
  return records[0] ?? null;
}

async function messageOf(
  storage: Storage,
  { step_details: details, thread_id: threadId }: RunStep,
  stream: EventStreamKey,
): Promise<Message | null> {
  if (details.type !== 'message_creation') return null;
  const { message_id: messageId } = details.message_creation;
  const record = await storage.get(messageKey(threadId, messageId));
  if (record) return parseRecord(record);
  // A client has deleted it. Readers of the stream are told how it ends all the same.
  for await (const message of dataOf<Message>(storage.events, stream, 'thread.message.created', messageId)) {
    return message;
  }
  return null;
}
