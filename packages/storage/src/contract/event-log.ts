/**
 * An event to be written: a few hundred bytes as a rule. One that shows a run carries its instructions and functions, so it can
 * be as large as the request they came with, tens of megabytes.
 */
export interface LogEvent {
  /** Name of the stream event, e.g. `thread.message.delta`. */
  readonly event: string;
  /** JSON text as in {@link RecordFields.body}, or `[DONE]`. One line. */
  readonly data: string;
}

/** An event as it was written. */
export interface LoggedEvent extends LogEvent {
  /** 1 for the first event of the stream, one more for each; no gaps, also from one fence to the next. */
  readonly seq: number;
}

/** Names the stream of one run: `{ partition: thread_id, id: run_id }`. */
export interface EventStreamKey {
  readonly partition: string;
  readonly id: string;
}

/** Events of one writer. */
export interface EventBatch {
  readonly stream: EventStreamKey;
  /** The writer's number. Once a stream has seen a fence, lower ones are refused. */
  readonly fence: number;
  /** May be empty: then the fence alone is raised. */
  readonly events: readonly LogEvent[];
}

/** Receives what is appended to a stream. Called in order, never concurrently; must not throw nor wait. */
export type EventListener = (events: readonly LoggedEvent[]) => void;

/**
 * Append-only streams of events, one for each run: kept while it runs and for a while after, gone with its record.
 *
 * A stream is for following a run, the records are what it came to. So a driver may keep it with less care: a crash of
 * the store itself may cost the last events of a stream, or the stream. A crash of this process costs none that were
 * answered.
 */
export interface EventLog {
  /**
   * Appends a batch.
   *
   * Invariant: events of one stream have one order, the same for every reader.
   * Invariant: batches that one process appends to a stream without waiting are written in the order of the calls.
   *
   * @returns The sequence number of the stream's last event, or `null` when the fence is too old or the run does not
   * exist: nothing was written.
   */
  append(batch: EventBatch): Promise<number | null>;

  /**
   * Events after a sequence number (0: from the first), oldest first; fewer than `limit` only at the end of the stream.
   * Empty for an unknown or forgotten stream.
   */
  read(stream: EventStreamKey, options: { after: number; limit: number }): Promise<LoggedEvent[]>;

  /**
   * Hears what is appended from now on, by any process. The stream need not have begun.
   *
   * Invariant: an event whose append was asked for after `subscribe` resolved reaches the listener once, in order, also
   * when the driver had to reconnect meanwhile. Earlier ones may reach it too, before those and in order.
   * Invariant: so do the events of a stream that begins at 1 again.
   * Read the backlog after subscribing and drop what was seen; the other order loses events.
   *
   * @param options.signal - Ends the subscription. The listener is not called afterwards. Nothing happens when it is
   * aborted already.
   */
  subscribe(stream: EventStreamKey, listener: EventListener, options: { signal: AbortSignal }): Promise<void>;

  /**
   * Has the stream forgotten `retainMs` from now: from then on `read` finds nothing. Nothing happens when it is unknown.
   *
   * Appending to it meanwhile is allowed and does not prolong it; calling `finish` again sets the time anew. Appending
   * after it was forgotten begins at 1.
   */
  finish(stream: EventStreamKey, options: { retainMs: number }): Promise<void>;
}
