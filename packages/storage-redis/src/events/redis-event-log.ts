import {
  type EventBatch,
  type EventListener,
  type EventLog,
  type EventStreamKey,
  isRecordKey,
  type LoggedEvent,
  runOfStream,
} from '@cogitator-ai/openai-storage';
import { AppendQueue, EventSubscriptions, type StreamHead, toLogged } from '@cogitator-ai/openai-storage/driver';
import type { Connection } from '../database/connection.ts';
import type { KeySpace } from '../database/key-space.ts';
import { isCluster, openListener } from '../database/open-client.ts';
import type { Scripts } from '../database/scripts.ts';
import { Listener } from './listener.ts';

/** An entry of a Redis stream. */
type Entry = [id: string, fields: string[]];

/** Events in Redis streams, and notices of them. */
export class RedisEventLog implements EventLog {
  readonly #connection: Connection;
  readonly #keySpace: KeySpace;
  readonly #scripts: Scripts;
  readonly #subscriptions: EventSubscriptions;
  readonly #listener: Listener;
  readonly #appends = new Map<string, { readonly queue: AppendQueue; underway: number }>();

  constructor(connection: Connection, keySpace: KeySpace, scripts: Scripts) {
    this.#connection = connection;
    this.#keySpace = keySpace;
    this.#scripts = scripts;
    this.#subscriptions = new EventSubscriptions((stream, options) => this.#read(stream, options));
    this.#listener = new Listener({
      openClient: () => openListener(connection.client),
      onReconnect: () => this.#subscriptions.refreshAll(),
    });
  }

  async append(batch: EventBatch): Promise<number | null> {
    this.#connection.assertOpen();
    const { stream } = batch;
    if (!isRecordKey(runOfStream(stream))) return null;
    const key = this.#keySpace.events(stream);
    const appends = this.#appends.get(key) ?? { queue: this.#queueOf(stream), underway: 0 };
    this.#appends.set(key, appends);
    appends.underway++;
    try {
      return await appends.queue.append(batch);
    } finally {
      if (--appends.underway === 0) this.#appends.delete(key);
    }
  }

  async read(stream: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    this.#connection.assertOpen();
    if (!isRecordKey(runOfStream(stream))) return [];
    const args = [this.#keySpace.events(stream), `0-${after + 1}`, '+', 'COUNT', limit];
    return toEvents((await this.#connection.command('xrange', args)) as Entry[]);
  }

  async subscribe(stream: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    this.#connection.assertOpen();
    if (signal.aborted || !isRecordKey(runOfStream(stream))) return;
    const channel = this.channelOf(this.#keySpace.events(stream));
    await this.#listener.listen(channel, (notice) => this.#hear(stream, notice));
    const end = (): void => this.#listener.unlisten(channel);
    try {
      const fields = [this.#keySpace.writer(stream), 'generation', 'last'];
      const [generation, last] = (await this.#connection.command('hmget', fields)) as (string | null)[];
      const head = generation == null ? null : { generation, lastSeq: Number(last) };
      this.#subscriptions.add(stream, head, listener, signal);
    } catch (error) {
      end();
      throw error;
    }
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    // What was written between the two.
    this.#subscriptions.refresh(stream);
  }

  async finish(stream: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    this.#connection.assertOpen();
    if (!isRecordKey(runOfStream(stream))) return;
    const keys = [this.#keySpace.events(stream), this.#keySpace.writer(stream)];
    await this.#connection.run(this.#scripts.finish, keys, [retainMs]);
  }

  /** The channel that tells of a stream. Channels are shared by all databases of a server. */
  channelOf(events: string): string {
    const { client } = this.#connection;
    return isCluster(client) ? events : `${events}@${client.options.db ?? 0}`;
  }

  /** Tells the listeners of this process what a commit has written. */
  publish(batch: EventBatch, { generation, lastSeq }: StreamHead): void {
    this.#subscriptions.publish(batch.stream, generation, toLogged(batch, lastSeq));
  }

  async close(): Promise<void> {
    this.#subscriptions.close();
    await this.#listener.close();
  }

  /** A notice is the generation and the number of its first event, and then the events; without them they are to be read. */
  #hear(stream: EventStreamKey, notice: string): void {
    const [place = '', ...texts] = notice.split('\n');
    if (texts.length === 0) return this.#subscriptions.refresh(stream);
    const [generation = '', first] = place.split(' ');
    const events = Array.from({ length: texts.length / 2 }, (_, index) => ({
      seq: Number(first) + index,
      event: texts[2 * index] ?? '',
      data: texts[2 * index + 1] ?? '',
    }));
    this.#subscriptions.publish(stream, generation, events);
  }

  async #read(
    stream: EventStreamKey,
    { after, limit }: { after: number; limit: number },
  ): Promise<(StreamHead & { events: LoggedEvent[] }) | null> {
    const keys = [this.#keySpace.events(stream), this.#keySpace.writer(stream)];
    const reply = await this.#connection.run(this.#scripts.readEvents, keys, [`0-${after + 1}`, limit]);
    if (reply === null) return null;
    const [generation, last, entries] = reply as [generation: string, last: string, entries: Entry[]];
    return { generation, lastSeq: Number(last), events: toEvents(entries) };
  }

  #queueOf(stream: EventStreamKey): AppendQueue {
    const events = this.#keySpace.events(stream);
    const keys = [this.#keySpace.record(runOfStream(stream)), events, this.#keySpace.writer(stream)];
    const channel = this.channelOf(events);
    return new AppendQueue({
      write: async (batches) => {
        const args = batches.flatMap((batch) => [
          batch.fence,
          batch.events.length,
          ...batch.events.flatMap(({ event, data }) => [event, data]),
        ]);
        const reply = await this.#connection.run(this.#scripts.append, keys, [channel, ...args]);
        const [generation, ...results] = reply as [generation: string, ...results: (number | null)[]];
        return results.map((lastSeq) => (lastSeq === null ? null : { generation, lastSeq }));
      },
      onWritten: (batch, generation, written) => this.#subscriptions.publish(batch.stream, generation, written),
    });
  }
}

function toEvents(entries: readonly Entry[]): LoggedEvent[] {
  return entries.map(([id, [, event = '', , data = '']]) => ({ seq: Number(id.slice('0-'.length)), event, data }));
}
