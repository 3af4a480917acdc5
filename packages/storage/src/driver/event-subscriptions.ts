import type { EventListener, EventStreamKey, LoggedEvent } from '../contract/event-log.ts';

/** Events read at a time. */
const PAGE = 1000;
/** Pause before a read that failed is tried again, in ms. */
const RETRY_MS = 250;

/** How far a stream has come. */
export interface StreamHead {
  /** Names the stream since it began at 1. When it begins anew it has another name. */
  readonly generation: string;
  /** Sequence number of its last event. */
  readonly lastSeq: number;
}

/** Events after a number, with the head of their stream at the same moment; `null` when there is no stream. */
export type ReadStream = (
  stream: EventStreamKey,
  options: { after: number; limit: number },
) => Promise<(StreamHead & { readonly events: LoggedEvent[] }) | null>;

interface Subscription {
  readonly stream: EventStreamKey;
  readonly listener: EventListener;
  /** Of the last event the listener was given; `null` before it is known. */
  generation: string | null;
  lastSeq: number;
  /** Whether events are being read that were missed; what arrives meanwhile is read as well. */
  isCatchingUp: boolean;
  isBehind: boolean;
}

/**
 * Who listens to which stream, for drivers that are told of events by notices that may get lost, come twice or leave the events
 * out. Listeners get every event once and in order: what does not follow the last one is read from the log. A stream that begins
 * anew they hear from 1.
 */
export class EventSubscriptions {
  readonly #read: ReadStream;
  readonly #byStream = new Map<string, Set<Subscription>>();
  #isClosed = false;

  constructor(read: ReadStream) {
    this.#read = read;
  }

  /** @param head - How far the stream has come: what follows is wanted. */
  add(stream: EventStreamKey, head: StreamHead | null, listener: EventListener, signal: AbortSignal): void {
    if (signal.aborted || this.#isClosed) return;
    const name = nameOf(stream);
    const position = { generation: head?.generation ?? null, lastSeq: head?.lastSeq ?? 0 };
    const subscription: Subscription = { stream, listener, ...position, isCatchingUp: false, isBehind: false };
    const subscriptions = this.#byStream.get(name) ?? new Set();
    this.#byStream.set(name, subscriptions.add(subscription));
    signal.addEventListener(
      'abort',
      () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && this.#byStream.get(name) === subscriptions) this.#byStream.delete(name);
      },
      { once: true },
    );
  }

  /** Passes on events that follow one another, from this process or from a notice. */
  publish(stream: EventStreamKey, generation: string, events: readonly LoggedEvent[]): void {
    for (const subscription of this.#byStream.get(nameOf(stream)) ?? []) {
      const [first, last] = [events[0], events.at(-1)];
      if (!first || !last) continue;
      // A stream that nobody had seen begins.
      if (first.seq === 1) subscription.generation ??= generation;
      const isOther = generation !== subscription.generation;
      if (subscription.isCatchingUp) subscription.isBehind = true;
      else if (!isOther && first.seq === subscription.lastSeq + 1) this.#deliver(subscription, events);
      else if (isOther || last.seq > subscription.lastSeq) this.#catchUp(subscription);
    }
  }

  /** Reads what a stream has that was not passed on. */
  refresh(stream: EventStreamKey): void {
    for (const subscription of this.#byStream.get(nameOf(stream)) ?? []) this.#catchUp(subscription);
  }

  /** The same for all streams, after notices may have been missed. */
  refreshAll(): void {
    for (const subscriptions of this.#byStream.values()) {
      for (const subscription of subscriptions) this.#catchUp(subscription);
    }
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#isClosed = true;
    this.#byStream.clear();
  }

  #deliver(subscription: Subscription, events: readonly LoggedEvent[]): void {
    subscription.lastSeq = (events.at(-1) as LoggedEvent).seq;
    subscription.listener(events);
  }

  #catchUp(subscription: Subscription): void {
    subscription.isBehind = true;
    if (subscription.isCatchingUp) return;
    subscription.isCatchingUp = true;
    void this.#readMissed(subscription);
  }

  async #readMissed(subscription: Subscription): Promise<void> {
    while (subscription.isBehind && this.#isWanted(subscription)) {
      subscription.isBehind = false;
      try {
        const found = await this.#read(subscription.stream, { after: subscription.lastSeq, limit: PAGE });
        if (!this.#isWanted(subscription)) return;
        if (found) this.#take(subscription, found);
      } catch {
        subscription.isBehind = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
    // In the same turn as the last look at `isBehind`: what is published later is not taken for read.
    subscription.isCatchingUp = false;
  }

  #take(subscription: Subscription, { generation, lastSeq, events }: StreamHead & { events: LoggedEvent[] }): void {
    const isOther = generation !== subscription.generation;
    subscription.generation = generation;
    if ((isOther && subscription.lastSeq > 0) || lastSeq < subscription.lastSeq) {
      // It began anew, or a crash of the store has cost its end.
      subscription.lastSeq = isOther ? 0 : lastSeq;
      subscription.isBehind = true;
      return;
    }
    if (events.length > 0) this.#deliver(subscription, events);
    if (events.length === PAGE) subscription.isBehind = true;
  }

  #isWanted(subscription: Subscription): boolean {
    return this.#byStream.get(nameOf(subscription.stream))?.has(subscription) ?? false;
  }
}

function nameOf({ partition, id }: EventStreamKey): string {
  return `${partition}/${id}`;
}
