import type { EventBatch, LoggedEvent } from '../contract/event-log.ts';

/** The events of a batch as they were written, given the sequence number of the last. */
export function toLogged({ events }: EventBatch, lastSeq: number): LoggedEvent[] {
  const first = lastSeq - events.length + 1;
  return events.map(({ event, data }, index) => ({ seq: first + index, event, data }));
}
