/** An event as it goes over the wire. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
  /** Number of the event in its run's log, of those that have one. */
  readonly seq?: number;
}

/** Makes an event the bytes that are sent. */
export type ToFrame = (event: StreamedEvent) => string;

/** An HTTP response that events are written to. */
export interface EventStream {
  /** @returns Whether more may follow before {@link EventStream.drained}. */
  write(events: readonly StreamedEvent[]): boolean;
  /** Resolves when the client has taken enough, or is gone. */
  drained(): Promise<void>;
  /** Sends a comment, so that idle proxies keep the connection. */
  ping(): void;
  /** Ends the response after what was written. */
  end(): void;
}

/** As the API sends events. */
export const toFrame: ToFrame = ({ event, data }) => `event: ${event}\ndata: ${data}\n\n`;

/** With the number of the event, from which on a client may ask for the rest. @param epoch - Which numbers these are, if not the first. */
export function toNumberedFrame(epoch: number | null): ToFrame {
  const prefix = epoch === null ? '' : `${epoch}-`;
  return (event) => (event.seq === undefined ? toFrame(event) : `id: ${prefix}${event.seq}\n${toFrame(event)}`);
}

export const PING = ': ping\n\n';
