import type { EventListener, EventStreamKey, LoggedEvent } from '@cogitator-ai/openai-storage';

/** Events read at a time. */
const PAGE = 1024;

export interface EventSubscriptionsOptions {
  /** How often events of other processes are looked for, in ms. */
  readonly intervalMs: number;
  /** The events of a stream after a sequence number. */
  readonly read: (stream: EventStreamKey, after: number, limit: number) => LoggedEvent[];
  /** Number that changes when another process has written. */
  readonly dataVersion: () => number;
}

interface Subscription {
  readonly stream: EventStreamKey;
  readonly listener: EventListener;
  /** Sequence number of the last event the listener was given. */
  last: number;
}

/** Who listens to which stream. Events of this process are passed on as they are written, those of others are looked for. */
export class EventSubscriptions {
  readonly #options: EventSubscriptionsOptions;
  readonly #byStream = new Map<string, Set<Subscription>>();
  #timer: NodeJS.Timeout | null = null;
  #seenVersion: number | null = null;

  constructor(options: EventSubscriptionsOptions) {
    this.#options = options;
  }

  /** @param after - Sequence number before the first event that is wanted. */
  add(stream: EventStreamKey, after: number, listener: EventListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    const name = nameOf(stream);
    const subscription: Subscription = { stream, listener, last: after };
    const subscriptions = this.#byStream.get(name) ?? new Set();
    this.#byStream.set(name, subscriptions.add(subscription));
    signal.addEventListener(
      'abort',
      () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && this.#byStream.get(name) === subscriptions) this.#byStream.delete(name);
        if (this.#byStream.size === 0) this.#stop();
      },
      { once: true },
    );
    this.#timer ??= setInterval(() => this.#poll(), this.#options.intervalMs).unref();
  }

  /** Passes on what this process has written. */
  publish(stream: EventStreamKey, events: readonly LoggedEvent[]): void {
    for (const subscription of this.#byStream.get(nameOf(stream)) ?? []) this.#deliver(subscription, events);
  }

  close(): void {
    this.#stop();
    this.#byStream.clear();
  }

  #stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#seenVersion = null;
  }

  #poll(): void {
    try {
      const version = this.#options.dataVersion();
      if (version === this.#seenVersion) return;
      this.#seenVersion = version;
      for (const subscriptions of this.#byStream.values()) {
        for (const subscription of subscriptions) this.#catchUp(subscription);
      }
    } catch {
      // The database is busy or out of reach; the next poll looks again.
      this.#seenVersion = null;
    }
  }

  #deliver(subscription: Subscription, events: readonly LoggedEvent[]): void {
    const [first] = events;
    if (!first) return;
    // Another process wrote in between, or the stream began anew.
    if (first.seq !== subscription.last + 1) return this.#catchUp(subscription, first.seq);
    subscription.last = (events.at(-1) as LoggedEvent).seq;
    subscription.listener(events);
  }

  #catchUp(subscription: Subscription, next = Infinity): void {
    if (next <= subscription.last) subscription.last = next - 1;
    for (;;) {
      const events = this.#options.read(subscription.stream, subscription.last, PAGE);
      const last = events.at(-1);
      if (!last) return;
      subscription.last = last.seq;
      subscription.listener(events);
      if (events.length < PAGE) return;
    }
  }
}

function nameOf({ partition, id }: EventStreamKey): string {
  return `${partition}/${id}`;
}
