/** An event as it goes over the wire. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
}

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

/** Bytes of one event. */
export function toFrame({ event, data }: StreamedEvent): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}

export const PING = ': ping\n\n';
