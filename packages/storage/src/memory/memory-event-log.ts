import type { EventBatch, EventListener, EventLog, EventStreamKey, LoggedEvent } from '../contract/event-log.ts';

interface Stream {
  fence: number;
  readonly events: LoggedEvent[];
  /** When the stream is forgotten, or `null` while it is in use. */
  forgetAt: number | null;
  /** Length of all event data in UTF-16 units. */
  size: number;
}

interface Subscription {
  readonly listener: EventListener;
}

export interface MemoryEventLogOptions {
  /** Most data of finished streams kept, in UTF-16 units; the streams that end first are forgotten first. */
  maxFinishedSize: number;
  now: () => number;
  /** Called first by every method, to refuse it when the storage is closed. */
  assertOpen: () => void;
  /** Whether there is a run for this stream. */
  hasRun: (stream: EventStreamKey) => boolean;
}

/** Events in arrays; listeners are called before `append` resolves. */
export class MemoryEventLog implements EventLog {
  readonly #options: MemoryEventLogOptions;
  readonly #streams = new Map<string, Stream>();
  readonly #subscriptions = new Map<string, Set<Subscription>>();
  /** Finished streams in the order of finishing. */
  readonly #finished = new Set<string>();
  #finishedSize = 0;

  constructor(options: MemoryEventLogOptions) {
    this.#options = options;
  }

  async append(batch: EventBatch): Promise<number | null> {
    this.#options.assertOpen();
    const name = streamName(batch.stream);
    const stream = this.#find(name);
    // A stream goes with its run, so one that is there needs no look at the run.
    if (stream ? batch.fence < stream.fence : !this.#options.hasRun(batch.stream)) return null;
    return this.#write(name, stream, batch);
  }

  async read(key: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    this.#options.assertOpen();
    return this.#find(streamName(key))?.events.slice(after, after + limit) ?? [];
  }

  async subscribe(key: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    this.#options.assertOpen();
    if (signal.aborted) return;
    const name = streamName(key);
    const subscription = { listener };
    const subscriptions = this.#subscriptions.get(name) ?? new Set();
    this.#subscriptions.set(name, subscriptions.add(subscription));
    signal.addEventListener(
      'abort',
      () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && this.#subscriptions.get(name) === subscriptions)
          this.#subscriptions.delete(name);
      },
      { once: true },
    );
  }

  async finish(key: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    this.#options.assertOpen();
    const name = streamName(key);
    const stream = this.#find(name);
    if (stream) {
      if (this.#finished.delete(name)) this.#finishedSize -= stream.size;
      stream.forgetAt = this.#options.now() + retainMs;
      this.#finished.add(name);
      this.#finishedSize += stream.size;
    }
    this.#forgetFinished();
  }

  /** Whether the stream has seen no higher fence than the batch's. */
  accepts({ stream, fence }: EventBatch): boolean {
    return fence >= (this.#find(streamName(stream))?.fence ?? 0);
  }

  /** Writes a batch that is known to be acceptable. */
  write(batch: EventBatch): number {
    const name = streamName(batch.stream);
    return this.#write(name, this.#find(name), batch);
  }

  delete(key: EventStreamKey): void {
    this.#forget(streamName(key));
  }

  clear(): void {
    this.#streams.clear();
    this.#subscriptions.clear();
    this.#finished.clear();
    this.#finishedSize = 0;
  }

  #write(name: string, found: Stream | undefined, { fence, events }: EventBatch): number {
    const stream = found ?? { fence, events: [], forgetAt: null, size: 0 };
    if (!found) this.#streams.set(name, stream);
    stream.fence = fence;
    if (events.length === 0) return stream.events.length;
    const logged: LoggedEvent[] = [];
    let size = 0;
    for (const { event, data } of events) {
      const entry = { seq: stream.events.length + 1, event, data };
      stream.events.push(entry);
      logged.push(entry);
      size += data.length;
    }
    stream.size += size;
    if (stream.forgetAt !== null) this.#finishedSize += size;
    const subscriptions = this.#subscriptions.get(name);
    if (subscriptions) for (const { listener } of subscriptions) listener(logged);
    return stream.events.length;
  }

  /** The stream, unless its time is over. */
  #find(name: string): Stream | undefined {
    const stream = this.#streams.get(name);
    if (!stream || stream.forgetAt === null || stream.forgetAt > this.#options.now()) return stream;
    this.#forget(name);
    return undefined;
  }

  /** Frees finished streams whose time is over, and the oldest ones while they take too much room. */
  #forgetFinished(): void {
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
