import type { EventListener, EventStreamKey, LoggedEvent } from '../contract/event-log.ts';

/** Events read at a time. */
const PAGE = 1000;
/** Pause before a read that failed is tried again, in ms. */
const RETRY_MS = 250;

interface Subscription {
  readonly stream: EventStreamKey;
  readonly listener: EventListener;
  /** Sequence number of the last event the listener was given. */
  last: number;
  /** Whether events are being read that were missed; what arrives meanwhile is read as well. */
  isCatchingUp: boolean;
  isBehind: boolean;
}

/** `EventLog.read` of the driver. */
export type ReadEvents = (stream: EventStreamKey, options: { after: number; limit: number }) => Promise<LoggedEvent[]>;

/**
 * Who listens to which stream, for drivers that are told of events by notices that may get lost, come twice or leave the events
 * out. Listeners get every event once and in order: what does not follow the last one is read from the log.
 */
export class EventSubscriptions {
  readonly #read: ReadEvents;
  readonly #byStream = new Map<string, Set<Subscription>>();
  #isClosed = false;

  constructor(read: ReadEvents) {
    this.#read = read;
  }

  /** @param after - Sequence number before the first event that is wanted. */
  add(stream: EventStreamKey, after: number, listener: EventListener, signal: AbortSignal): void {
    if (signal.aborted || this.#isClosed) return;
    const name = nameOf(stream);
    const subscription: Subscription = { stream, listener, last: after, isCatchingUp: false, isBehind: false };
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
  publish(stream: EventStreamKey, events: readonly LoggedEvent[]): void {
    for (const subscription of this.#byStream.get(nameOf(stream)) ?? []) {
      const [first, last] = [events[0], events.at(-1)];
      if (!first || !last) continue;
      if (subscription.isCatchingUp) subscription.isBehind = true;
      else if (first.seq === subscription.last + 1) this.#deliver(subscription, events);
      else if (last.seq > subscription.last) this.#catchUp(subscription);
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
    subscription.last = (events.at(-1) as LoggedEvent).seq;
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
        const events = await this.#read(subscription.stream, { after: subscription.last, limit: PAGE });
        if (!this.#isWanted(subscription)) return;
        if (events.length > 0) this.#deliver(subscription, events);
        if (events.length === PAGE) subscription.isBehind = true;
      } catch {
        subscription.isBehind = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
    // In the same turn as the last look at `isBehind`: what is published later is not taken for read.
    subscription.isCatchingUp = false;
  }

  #isWanted(subscription: Subscription): boolean {
    return this.#byStream.get(nameOf(subscription.stream))?.has(subscription) ?? false;
  }
}

function nameOf({ partition, id }: EventStreamKey): string {
  return `${partition}/${id}`;
}
