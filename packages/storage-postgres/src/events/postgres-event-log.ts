import type { ClientConfig } from 'pg';
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
import { isStatementError, toStorageError } from '../database/postgres-error.ts';
import { type HeadRow, toHead } from './head-row.ts';
import { Listener } from './listener.ts';

/** Forgotten streams that are removed at a time. */
const FORGET_BATCH = 500;

/** What another process has written, as `append_events` notifies it. Without events they are to be read. */
interface Notice {
  t: string;
  r: string;
  g: string;
  s: number;
  n?: string[];
  d?: string[];
}

/** Events in a table that is not logged, and notices of them. */
export class PostgresEventLog implements EventLog {
  readonly #connection: Connection;
  readonly #subscriptions: EventSubscriptions;
  readonly #listener: Listener;
  readonly #appends: AppendQueue;

  /** @param listenConfig - Where to listen: not through a pooler that shares connections. */
  constructor(connection: Connection, listenConfig: ClientConfig, channel: string) {
    this.#connection = connection;
    this.#subscriptions = new EventSubscriptions((stream, options) => this.#read(stream, options));
    this.#listener = new Listener({
      config: listenConfig,
      channel,
      onNotice: (payload) => this.#hear(payload),
      onReconnect: () => this.#subscriptions.refreshAll(),
    });
    this.#appends = new AppendQueue({
      write: (batches) => this.#append(batches, channel),
      onWritten: ({ stream }, generation, events) => this.#subscriptions.publish(stream, generation, events),
      isRefusal: isStatementError,
    });
  }

  async append(batch: EventBatch): Promise<number | null> {
    this.#connection.assertOpen();
    return isRecordKey(runOfStream(batch.stream)) ? this.#appends.append(batch) : null;
  }

  async read(stream: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    this.#connection.assertOpen();
    if (!isRecordKey(runOfStream(stream))) return [];
    return (await this.#read(stream, { after, limit }))?.events ?? [];
  }

  async subscribe(stream: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    this.#connection.assertOpen();
    if (signal.aborted || !isRecordKey(runOfStream(stream))) return;
    await this.listening();
    this.#subscriptions.add(stream, await this.#head(stream), listener, signal);
    // What was written between the two.
    this.#subscriptions.refresh(stream);
  }

  /** Resolves when what other processes write is heard. */
  async listening(): Promise<void> {
    try {
      await this.#listener.listening();
    } catch (error) {
      throw toStorageError(error);
    }
  }

  async finish(stream: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    this.#connection.assertOpen();
    if (!isRecordKey(runOfStream(stream))) return;
    const { schema } = this.#connection;
    await this.#connection.query(
      `UPDATE ${schema}.event_stream SET forget_at = ${schema}.now_ms() + $3
       WHERE thread_id = $1 AND run_id = $2 AND (forget_at IS NULL OR forget_at > ${schema}.now_ms())`,
      [stream.partition, stream.id, retainMs],
      'finish events',
    );
  }

  /** Removes streams whose time is over. */
  async removeForgotten(): Promise<void> {
    const { schema } = this.#connection;
    const forgotten = `SELECT thread_id, run_id FROM ${schema}.event_stream WHERE forget_at <= ${schema}.now_ms() LIMIT ${FORGET_BATCH} FOR UPDATE SKIP LOCKED`;
    await this.#connection.query(
      `WITH gone AS (${forgotten}),
       events AS (DELETE FROM ${schema}.event e USING gone g WHERE e.thread_id = g.thread_id AND e.run_id = g.run_id)
       DELETE FROM ${schema}.event_stream s USING gone g WHERE s.thread_id = g.thread_id AND s.run_id = g.run_id`,
      [],
    );
  }

  /** Tells the listeners of this process what a commit has written. */
  publish(batch: EventBatch, { generation, lastSeq }: StreamHead): void {
    this.#subscriptions.publish(batch.stream, generation, toLogged(batch, lastSeq));
  }

  async close(): Promise<void> {
    this.#subscriptions.close();
    await this.#listener.close();
  }

  #hear(payload: string): void {
    const notice = parseNotice(payload);
    if (!notice) return;
    const { t: partition, r: id, g: generation, s: first, n: names, d: datas = [] } = notice;
    const stream = { partition, id };
    if (!names) return this.#subscriptions.refresh(stream);
    const events = names.map((event, index) => ({ seq: first + index, event, data: datas[index] ?? '' }));
    this.#subscriptions.publish(stream, generation, events);
  }

  async #append(batches: readonly EventBatch[], channel: string): Promise<(StreamHead | null)[]> {
    const parameter = batches.map(({ stream, fence, events }) => ({
      t: stream.partition,
      r: stream.id,
      f: fence,
      n: events.map(({ event }) => event),
      d: events.map(({ data }) => data),
    }));
    const rows = await this.#connection.query<HeadRow>(
      `SELECT last_seq, generation FROM ${this.#connection.schema}.append_batches($1, $2)`,
      [JSON.stringify(parameter), channel],
      'append events',
    );
    return rows.map(toHead);
  }

  async #read(
    { partition, id }: EventStreamKey,
    { after, limit }: { after: number; limit: number },
  ): Promise<(StreamHead & { events: LoggedEvent[] }) | null> {
    const { schema } = this.#connection;
    const rows = await this.#connection.query<HeadRow & { seq: string | null; event: string; data: string }>(
      `SELECT s.last_seq, s.generation, e.seq, e.event, e.data FROM ${schema}.event_stream s
       LEFT JOIN LATERAL (
         SELECT seq, event, data FROM ${schema}.event WHERE thread_id = $1 AND run_id = $2 AND seq > $3
         ORDER BY seq LIMIT $4
       ) e ON true
       WHERE s.thread_id = $1 AND s.run_id = $2 AND (s.forget_at IS NULL OR s.forget_at > ${schema}.now_ms())
       ORDER BY e.seq`,
      [partition, id, after, limit],
      'read events',
    );
    const head = toHead(rows[0]);
    const found = rows.filter(({ seq }) => seq !== null);
    return head && { ...head, events: found.map(({ seq, event, data }) => ({ seq: Number(seq), event, data })) };
  }

  async #head({ partition, id }: EventStreamKey): Promise<StreamHead | null> {
    const { schema } = this.#connection;
    const [row] = await this.#connection.query<HeadRow>(
      `SELECT last_seq, generation FROM ${schema}.event_stream
       WHERE thread_id = $1 AND run_id = $2 AND (forget_at IS NULL OR forget_at > ${schema}.now_ms())`,
      [partition, id],
      'last event',
    );
    return toHead(row);
  }
}

/** A notice, or `null` for what is none: whoever may connect to the database may notify, on any channel. */
function parseNotice(payload: string): Notice | null {
  try {
    const { t, r, g, s, n, d } = JSON.parse(payload) as Partial<Record<keyof Notice, unknown>>;
    const hasPlace = isTexts([t, r, g]) && Number.isSafeInteger(s);
    const hasEvents = isTexts(n) && isTexts(d) && n.length === d.length;
    if (!hasPlace || !(hasEvents || n === undefined)) return null;
    return { t: t as string, r: r as string, g: g as string, s: s as number, ...(hasEvents ? { n, d } : {}) };
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
