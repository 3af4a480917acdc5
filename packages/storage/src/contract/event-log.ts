/** An event to be written. */
export interface LogEvent {
  /** Name of the stream event, e.g. `thread.message.delta`. */
  readonly event: string;
  /** JSON text, or `[DONE]`. One line. */
  readonly data: string;
}

/** An event as it was written. */
export interface LoggedEvent extends LogEvent {
  /** 1 for the first event of the stream, one more for each; no gaps. */
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

/** Receives what is appended to a stream. Called in order, never concurrently; must not throw. */
export type EventListener = (events: readonly LoggedEvent[]) => void;

/** Append-only streams of events, one for each run. Kept for a while after the run's end, not for ever. */
export interface EventLog {
  /**
   * Appends a batch.
   *
   * Invariant: events of one stream have one order, the same for every reader.
   *
   * @returns The sequence number of the stream's last event, or `null` when the fence is too old: nothing was written.
   */
  append(batch: EventBatch): Promise<number | null>;

  /**
   * Events after a sequence number, oldest first; fewer than `limit` only at the end of the stream. Empty for an unknown
   * or forgotten stream.
   */
  read(stream: EventStreamKey, options: { after: number; limit: number }): Promise<LoggedEvent[]>;

  /**
   * Hears what is appended from now on, by any process.
   *
   * Invariant: an event whose append was asked for after `subscribe` resolved reaches the listener once, in order.
   * Read the backlog after subscribing and drop what was seen; the other order loses events.
   *
   * @param options.signal - Ends the subscription. The listener is not called afterwards.
   */
  subscribe(stream: EventStreamKey, listener: EventListener, options: { signal: AbortSignal }): Promise<void>;

  /**
   * Lets the stream be forgotten `retainMs` from now. Appending to it afterwards is allowed and does not prolong it;
   * calling it again does.
   */
  finish(stream: EventStreamKey, options: { retainMs: number }): Promise<void>;
}
