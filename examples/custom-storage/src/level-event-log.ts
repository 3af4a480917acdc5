import { randomUUID } from 'node:crypto';
import {
  type EventBatch,
  type EventListener,
  type EventLog,
  type EventStreamKey,
  isRecordKey,
  type LoggedEvent,
  runOfStream,
} from '@cogitator-ai/openai-storage';
import { EventSubscriptions, type StreamHead, toLogged } from '@cogitator-ai/openai-storage/driver';
import { eventKey, eventsAfter, forgetKey, forgottenBy, type Stream, streamKey } from './keys.ts';
import { find } from './level-records.ts';
import type { Store, Transaction } from './store.ts';

/** Events one key each, and one for how far their stream has come. */
export class LevelEventLog implements EventLog {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #subscriptions = new EventSubscriptions((stream, options) => this.#read(stream, options));

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async append(batch: EventBatch): Promise<number | null> {
    // In the queue of the thread: the run cannot go meanwhile, and batches keep the order of the calls.
    return this.#store.transact(batch.stream.partition, async (transaction) => {
      const run = await find(transaction, runOfStream(batch.stream));
      return run ? this.write(transaction, batch) : null;
    });
  }

  async read(stream: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    return (await this.#read(stream, { after, limit }))?.events ?? [];
  }

  /**
   * Only this process can write, so its own transactions are all there is to hear. A driver for several processes calls
   * `refresh` when its store's notification comes, and `refreshAll` when it may have missed some.
   */
  async subscribe(stream: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    const head = await this.#store.read((view) => view.get(streamKey(stream)));
    this.#subscriptions.add(stream, head ?? null, listener, signal);
  }

  async finish(stream: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    await this.#store.transact(stream.partition, async (transaction) => {
      const head = await this.#head(transaction, stream);
      if (!head) return;
      if (head.forgetAt !== null) transaction.delete(forgetKey(stream, head.forgetAt));
      const forgetAt = this.#now() + retainMs;
      transaction.put(streamKey(stream), { ...head, forgetAt });
      transaction.put(forgetKey(stream, forgetAt), stream);
    });
    // Forgotten streams are invisible already; this frees their space.
    const forgotten = await this.#store.read((view) => view.values(forgottenBy(this.#now()), { limit: 100 }));
    for (const each of forgotten) {
      await this.#store.transact(each.partition, (transaction) => this.#head(transaction, each));
    }
  }

  /** Appends within a transaction that found the run; `null` when the fence is too old. */
  async write(transaction: Transaction, batch: EventBatch): Promise<number | null> {
    const { stream, fence, events } = batch;
    const head = (await this.#head(transaction, stream)) ?? newStream();
    if (fence < head.fence) return null;
    for (const [index, { event, data }] of events.entries()) {
      transaction.put(eventKey(stream, head.lastSeq + index + 1), { event, data });
    }
    const lastSeq = head.lastSeq + events.length;
    transaction.put(streamKey(stream), { ...head, fence, lastSeq });
    transaction.afterwards(() => this.#subscriptions.publish(stream, head.generation, toLogged(batch, lastSeq)));
    return lastSeq;
  }

  /** Deletes a stream within a transaction. */
  async drop(transaction: Transaction, stream: EventStreamKey): Promise<void> {
    const head = await transaction.get(streamKey(stream));
    if (!head) return;
    transaction.delete(streamKey(stream));
    if (head.forgetAt !== null) transaction.delete(forgetKey(stream, head.forgetAt));
    for (const key of await transaction.keys(eventsAfter(stream, 0))) transaction.delete(key);
  }

  endSubscriptions(): void {
    this.#subscriptions.close();
  }

  #read(
    stream: EventStreamKey,
    { after, limit }: { after: number; limit: number },
  ): Promise<(StreamHead & { events: LoggedEvent[] }) | null> {
    return this.#store.read(async (view) => {
      if (!isRecordKey(runOfStream(stream))) return null;
      const head = await view.get(streamKey(stream));
      if (!head || this.#isForgotten(head)) return null;
      const events = await view.values(eventsAfter(stream, after), { limit });
      return { ...head, events: events.map((event, index) => ({ seq: after + index + 1, ...event })) };
    });
  }

  /** How far a stream has come, after dropping it when it is to be forgotten. */
  async #head(transaction: Transaction, stream: EventStreamKey): Promise<Stream | undefined> {
    const head = await transaction.get(streamKey(stream));
    if (!head || !this.#isForgotten(head)) return head;
    await this.drop(transaction, stream);
    return undefined;
  }

  #isForgotten({ forgetAt }: Stream): boolean {
    return forgetAt !== null && forgetAt <= this.#now();
  }
}

function newStream(): Stream {
  return { generation: randomUUID(), fence: 0, lastSeq: 0, forgetAt: null };
}
