import type {
  EventBatch,
  EventListener,
  EventLog,
  EventStreamKey,
  LogEvent,
  LoggedEvent,
} from '../contract/event-log.ts';

interface Stream {
  fence: number;
  readonly events: LoggedEvent[];
  readonly listeners: Set<EventListener>;
  /** When the stream may be forgotten, or `null` while it is in use. */
  forgetAt: number | null;
  /** Length of all event data in UTF-16 units. */
  size: number;
}

export interface MemoryEventLogOptions {
  /** Most data of finished streams kept, in UTF-16 units; the streams that end first are forgotten first. */
  maxFinishedSize: number;
  now: () => number;
}

/** Events in arrays; listeners are called before `append` returns. */
export class MemoryEventLog implements EventLog {
  readonly #options: MemoryEventLogOptions;
  readonly #streams = new Map<string, Stream>();
  /** Finished streams in the order of finishing. */
  readonly #finished = new Set<string>();
  #finishedSize = 0;

  constructor(options: MemoryEventLogOptions) {
    this.#options = options;
  }

  append(batch: EventBatch): Promise<number | null> {
    return Promise.resolve(this.accepts(batch) ? this.write(batch) : null);
  }

  /** Whether {@link write} may be called: the fence is not too old. */
  accepts({ stream, fence }: EventBatch): boolean {
    return fence >= (this.#streams.get(streamName(stream))?.fence ?? 0);
  }

  write({ stream: key, fence, events }: EventBatch): number {
    const stream = this.#open(key);
    stream.fence = fence;
    if (events.length === 0) return stream.events.length;
    const logged = events.map((event, index) => toLogged(event, stream.events.length + index + 1));
    stream.events.push(...logged);
    for (const { data } of logged) stream.size += data.length;
    for (const listener of stream.listeners) listener(logged);
    return stream.events.length;
  }

  read(key: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    this.#forgetOld();
    return Promise.resolve(this.#streams.get(streamName(key))?.events.slice(after, after + limit) ?? []);
  }

  subscribe(key: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const stream = this.#open(key);
    stream.listeners.add(listener);
    signal.addEventListener(
      'abort',
      () => {
        stream.listeners.delete(listener);
        this.#dropIfEmpty(key);
      },
      { once: true },
    );
    return Promise.resolve();
  }

  finish(key: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    const name = streamName(key);
    const stream = this.#streams.get(name);
    if (stream) {
      if (this.#finished.delete(name)) this.#finishedSize -= stream.size;
      stream.forgetAt = this.#options.now() + retainMs;
      this.#finished.add(name);
      this.#finishedSize += stream.size;
    }
    this.#forgetOld();
    return Promise.resolve();
  }

  delete(key: EventStreamKey): void {
    this.#forget(streamName(key));
  }

  clear(): void {
    this.#streams.clear();
    this.#finished.clear();
    this.#finishedSize = 0;
  }

  #open(key: EventStreamKey): Stream {
    const name = streamName(key);
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = { fence: 0, events: [], listeners: new Set(), forgetAt: null, size: 0 };
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #dropIfEmpty(key: EventStreamKey): void {
    const stream = this.#streams.get(streamName(key));
    if (stream?.events.length === 0 && stream.listeners.size === 0 && stream.fence === 0) this.delete(key);
  }

  #forgetOld(): void {
    const now = this.#options.now();
    for (const name of this.#finished) {
      const { forgetAt } = this.#streams.get(name) as Stream;
      if (this.#finishedSize <= this.#options.maxFinishedSize && (forgetAt as number) > now) break;
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    const stream = this.#streams.get(name);
    if (!stream) return;
    if (this.#finished.delete(name)) this.#finishedSize -= stream.size;
    this.#streams.delete(name);
  }
}

function streamName({ partition, id }: EventStreamKey): string {
  return `${partition}/${id}`;
}

function toLogged({ event, data }: LogEvent, seq: number): LoggedEvent {
  return { seq, event, data };
}
