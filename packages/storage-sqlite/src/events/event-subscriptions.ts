import type { EventListener, EventStreamKey, LoggedEvent } from '@cogitator-ai/openai-storage';
import type { StreamHead } from '@cogitator-ai/openai-storage/driver';

/** Events read at a time. */
const PAGE = 1024;

export interface EventSubscriptionsOptions {
  /** How often events of other processes are looked for, in ms. */
  readonly intervalMs: number;
  /** The events of a stream after a sequence number; `null` when there is no stream. */
  readonly read: (stream: EventStreamKey, after: number, limit: number) => StreamPart | null;
  /** Number that changes when another process has written. */
  readonly dataVersion: () => number;
}

/** Events of a stream, and what it is named since it began at 1. */
export interface StreamPart {
  readonly generation: string;
  readonly events: readonly LoggedEvent[];
}

interface Subscription {
  readonly stream: EventStreamKey;
  readonly listener: EventListener;
  /** Of the last event the listener was given. */
  generation: string | null;
  lastSeq: number;
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

  /** @param head - How far the stream has come: what follows is wanted. */
  add(stream: EventStreamKey, head: StreamHead | null, listener: EventListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    const name = nameOf(stream);
    const subscription: Subscription = { stream, listener, ...(head ?? { generation: null, lastSeq: 0 }) };
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
  publish(stream: EventStreamKey, part: StreamPart): void {
    for (const subscription of this.#byStream.get(nameOf(stream)) ?? []) {
      try {
        this.#deliver(subscription, part);
      } catch {
        // What was written stays so; the next poll looks again.
        this.#seenVersion = null;
      }
    }
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

  #deliver(subscription: Subscription, { generation, events }: StreamPart): void {
    const [first] = events;
    if (!first) return;
    const follows = generation === subscription.generation && first.seq === subscription.lastSeq + 1;
    // Else another process wrote in between, or the stream began anew.
    if (follows) this.#pass(subscription, events);
    else this.#catchUp(subscription);
  }

  #catchUp(subscription: Subscription): void {
    for (;;) {
      const part = this.#options.read(subscription.stream, subscription.lastSeq, PAGE);
      if (!part) return;
      const { generation, events } = part;
      if (generation !== subscription.generation) {
        subscription.generation = generation;
        subscription.lastSeq = 0;
        continue;
      }
      if (events.length > 0) this.#pass(subscription, events);
      if (events.length < PAGE) return;
    }
  }

  #pass(subscription: Subscription, events: readonly LoggedEvent[]): void {
    subscription.lastSeq = (events.at(-1) as LoggedEvent).seq;
    subscription.listener(events);
  }
}

function nameOf({ partition, id }: EventStreamKey): string {
  return `${partition}/${id}`;
}
