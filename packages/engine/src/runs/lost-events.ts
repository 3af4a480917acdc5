import type { EventLog, EventStreamKey, LogEvent } from '@cogitator-ai/openai-storage';
import { StorageError } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import type { HeldRun } from './held-run.ts';
import type { OpenStep } from './open-step.ts';

/** Name of the event that a log begins with whose store has lost it. Nobody is sent it. */
export const EVENTS_LOST = 'events.lost';

/** How the log of a run begins, and how often at least it is written before the run is begun. */
const BEGINNINGS = new Set(['thread.created', 'thread.run.created', EVENTS_LOST]);
const LEAST_BEFORE = 2;

/** A store that was restarted has lost events of a run, and begun its log anew. */
export class EventsLostError extends StorageError {
  constructor() {
    super('unavailable', 'The store has lost events of the run.');
    this.name = 'EventsLostError';
  }
}

/** Whether the store has lost events of a run that was claimed just now. */
export async function hasLostEvents({ storage }: Pick<EngineContext, 'storage'>, held: HeldRun): Promise<boolean> {
  const { isTakeover, lastEvent } = held.claim;
  if (!isTakeover) return lastEvent <= LEAST_BEFORE;
  const [first] = await storage.events.read(held.stream, { after: 0, limit: 1 });
  return first === undefined || !BEGINNINGS.has(first.event);
}

/** Forgets what is left of a log that has lost its beginning. */
export function forgetRest({ storage }: Pick<EngineContext, 'storage'>, held: HeldRun): Promise<void> {
  return storage.events.finish(held.stream, { retainMs: 0 });
}

/**
 * Begins the log of a run anew, with what its readers need to make sense of what follows. Those who follow the run end: its numbers
 * begin at 1 again, so that they could not tell new events from those they have.
 */
export function beginLogAnew(held: HeldRun, open: OpenStep | null): void {
  const run = JSON.stringify(held.run);
  const tell = (name: string, statuses: readonly string[], data: string): LogEvent[] =>
    statuses.map((status) => ({ event: `${name}.${status}`, data }));
  const events = [
    { event: EVENTS_LOST, data: JSON.stringify({ epoch: held.fence }) },
    ...tell('thread.run', ['created', 'queued', 'in_progress'], run),
    ...(open ? tell('thread.run.step', ['created', 'in_progress'], JSON.stringify(open.step)) : []),
    ...(open?.message ? tell('thread.message', ['created', 'in_progress'], JSON.stringify(open.message)) : []),
  ];
  for (const event of events) held.emit(event);
}

/** Names the numbers of a log: another name for each time it was begun anew, `null` for the first. */
export async function epochOf(log: EventLog, stream: EventStreamKey): Promise<number | null> {
  const [first] = await log.read(stream, { after: 0, limit: 1 });
  return first?.event === EVENTS_LOST ? (JSON.parse(first.data) as { epoch: number }).epoch : null;
}
