import type { EventLog, EventStreamKey, LogEvent, LoggedEvent } from '@cogitator-ai/openai-storage';
import { EVENTS_LOST, EventsLostError } from './lost-events.ts';
import { DONE } from './run-events.ts';

/** Events read from the log at a time. */
const PAGE = 256;

/** Where a reader of a run's events puts them. */
export interface EventSink {
  /**
   * Takes events in order, without gaps.
   *
   * @returns Whether more may follow at once. After `false` nothing is written until {@link EventSink.drained} resolves.
   */
  write(events: readonly LogEvent[]): boolean;

  /** Resolves when the sink can take more, or is gone. */
  drained(): Promise<void>;
}

export interface ReadEventsOptions {
  /** Sequence number before the first event wanted. */
  after: number;
  /** Whether only the `done` is passed on after which nothing follows. */
  isWhole: boolean;
  /** Ends the reading; the promise then resolves. */
  signal: AbortSignal;
  /** How long a stream may be silent before {@link ReadEventsOptions.isOver} is asked, in ms. */
  silenceMs: number;
  /** Whether nothing more will come although no `done` was read: the run is gone, or has ended without events. */
  isOver: () => Promise<boolean>;
}

/**
 * Sends the events of a stream to a sink, up to and including the next `done`, or the last one.
 *
 * Events are passed on as they are appended. While the sink is full nothing is kept here: the reader falls behind and
 * later reads from the log what it missed.
 *
 * @returns Whether `done` was sent.
 * @throws {@link EventsLostError} when the store has lost events in between.
 */
export async function readEvents(
  log: EventLog,
  stream: EventStreamKey,
  sink: EventSink,
  { after, isWhole, signal, silenceMs, isOver }: ReadEventsOptions,
): Promise<boolean> {
  const subscription = new AbortController();
  let last = after;
  let highest = after;
  let live = false;
  let full = false;
  let done = false;
  /** Whether the last event was a `done` that was not passed on. */
  let paused = false;
  let over = false;
  let lost = false;
  let wake: () => void = () => {};

  const deliver = (events: readonly LoggedEvent[]): void => {
    const end = isWhole ? 0 : events.findIndex(({ event }) => event === DONE.event) + 1;
    const taken = end === 0 ? events : events.slice(0, end);
    const latest = taken.at(-1) as LoggedEvent;
    last = latest.seq;
    done = end > 0;
    paused = isWhole && latest.event === DONE.event;
    const isSent = ({ event }: LoggedEvent): boolean => event !== EVENTS_LOST && (event !== DONE.event || !isWhole);
    full = !sink.write(taken.every(isSent) ? taken : taken.filter(isSent));
  };

  const listen = (events: readonly LoggedEvent[]): void => {
    if (last > 0 && events.some(({ event }) => event === EVENTS_LOST)) {
      lost = true;
      return wake();
    }
    highest = (events.at(-1) as LoggedEvent).seq;
    if (done || highest <= last) return;
    // Batches follow one another, so one that begins right after the last event sent leaves no gap.
    if (live && !full && events[0]?.seq === last + 1) deliver(events);
    else live = false;
    if (done || paused || full || !live) wake();
  };

  try {
    // Subscribing comes first: an event appended between reading and subscribing would be lost.
    await log.subscribe(stream, listen, { signal: AbortSignal.any([signal, subscription.signal]) });
    while (!done && !signal.aborted) {
      if (lost) throw new EventsLostError();
      if (full) {
        await sink.drained();
        full = false;
        continue;
      }
      const events = await log.read(stream, { after: last, limit: PAGE });
      if (signal.aborted) return false;
      if (events.length > 0) {
        deliver(events);
        // A client that was waited for may have answered in between.
        if (isWhole) over = false;
        continue;
      }
      // Whether it is over was asked before nothing was found: what came in between has been read.
      if (over) {
        if (paused) sink.write([DONE]);
        return paused;
      }
      // Nothing where something was: it may be gone with its thread.
      over = (paused || highest > last || last === after) && (await isOver());
      if (over || highest > last) continue;
      live = true;
      const silent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(resolve, silenceMs, true).unref();
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
        signal.addEventListener('abort', wake, { once: true, signal: subscription.signal });
      });
      live = false;
      over = silent && (await isOver());
    }
    return done;
  } finally {
    subscription.abort();
  }
}
