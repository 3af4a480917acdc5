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
import type { Connection } from '../database/connection.ts';
import type { SqliteRecords } from '../records/sqlite-records.ts';
import { EventSubscriptions, type StreamPart } from './event-subscriptions.ts';

const SELECT_STREAM =
  'SELECT generation, fence, last_seq, forget_at FROM event_stream WHERE thread_id = ? AND run_id = ?';
const INSERT_STREAM =
  'INSERT INTO event_stream (thread_id, run_id, generation, fence, last_seq) VALUES (?, ?, ?, ?, ?)';
const UPDATE_STREAM = 'UPDATE event_stream SET fence = ?, last_seq = ? WHERE thread_id = ? AND run_id = ?';
const FINISH_STREAM = 'UPDATE event_stream SET forget_at = ? WHERE thread_id = ? AND run_id = ?';
const DELETE_STREAM = 'DELETE FROM event_stream WHERE thread_id = ? AND run_id = ?';
const SELECT_FORGOTTEN = 'SELECT thread_id, run_id FROM event_stream WHERE forget_at <= ? LIMIT ?';
const INSERT_EVENT = 'INSERT INTO event (thread_id, run_id, seq, event, data) VALUES (?, ?, ?, ?, ?)';
const SELECT_EVENTS =
  'SELECT seq, event, data FROM event WHERE thread_id = ? AND run_id = ? AND seq > ? ORDER BY seq LIMIT ?';

/** Forgotten streams that one finish removes. */
const FORGET_BATCH = 20;

interface StreamRow {
  generation: string;
  fence: number;
  last_seq: number;
  forget_at: number | null;
}

export interface SqliteEventLogOptions {
  readonly now: () => number;
  /** How often events of other processes are looked for, in ms. */
  readonly pollIntervalMs: number;
}

/** What an append wrote. */
export interface Appended extends StreamPart {
  readonly lastSeq: number;
}

/** Events in a table. */
export class SqliteEventLog implements EventLog {
  readonly #connection: Connection;
  readonly #records: SqliteRecords;
  readonly #now: () => number;
  readonly #subscriptions: EventSubscriptions;

  constructor(connection: Connection, records: SqliteRecords, { now, pollIntervalMs }: SqliteEventLogOptions) {
    this.#connection = connection;
    this.#records = records;
    this.#now = now;
    this.#subscriptions = new EventSubscriptions({
      intervalMs: pollIntervalMs,
      read: (stream, after, limit) => this.#read(stream, after, limit),
      dataVersion: () => connection.dataVersion(),
    });
  }

  async append(batch: EventBatch): Promise<number | null> {
    const run = runOfStream(batch.stream);
    const appended = await this.#connection.write(
      () => (this.#records.get(run) ? this.write(batch) : null),
      (written) => written && this.publish(batch.stream, written),
    );
    return appended && appended.lastSeq;
  }

  async read(stream: EventStreamKey, { after, limit }: { after: number; limit: number }): Promise<LoggedEvent[]> {
    return this.#connection.query(() => this.#read(stream, after, limit)?.events ?? []);
  }

  async subscribe(stream: EventStreamKey, listener: EventListener, { signal }: { signal: AbortSignal }): Promise<void> {
    const row = this.#connection.query(() => this.#find(stream));
    const head = row && { generation: row.generation, lastSeq: row.last_seq };
    this.#subscriptions.add(stream, head, listener, signal);
  }

  async finish(stream: EventStreamKey, { retainMs }: { retainMs: number }): Promise<void> {
    await this.#connection.write(() => {
      const now = this.#now();
      if (this.#find(stream)) this.#connection.prepare(FINISH_STREAM).run(now + retainMs, stream.partition, stream.id);
      for (const { thread_id: partition, run_id: id } of this.#connection
        .prepare(SELECT_FORGOTTEN)
        .all(now, FORGET_BATCH)) {
        this.#connection.prepare(DELETE_STREAM).run(partition as string, id as string);
      }
    });
  }

  /** Appends within a transaction to the stream of a run that exists; `null` when the fence is too old. */
  write({ stream, fence, events }: EventBatch): Appended | null {
    const { partition, id } = stream;
    const found = this.#find(stream);
    if (found && fence < found.fence) return null;
    // What was forgotten makes room for a stream that begins anew.
    if (!found) this.#connection.prepare(DELETE_STREAM).run(partition, id);
    const generation = found?.generation ?? randomUUID();
    const first = (found?.last_seq ?? 0) + 1;
    const lastSeq = first - 1 + events.length;
    if (found) this.#connection.prepare(UPDATE_STREAM).run(fence, lastSeq, partition, id);
    else this.#connection.prepare(INSERT_STREAM).run(partition, id, generation, fence, lastSeq);
    const insert = this.#connection.prepare(INSERT_EVENT);
    const logged = events.map(({ event, data }, index): LoggedEvent => {
      insert.run(partition, id, first + index, event, data);
      return { seq: first + index, event, data };
    });
    return { lastSeq, generation, events: logged };
  }

  /** Tells the listeners of this process what was committed. */
  publish(stream: EventStreamKey, appended: Appended): void {
    this.#subscriptions.publish(stream, appended);
  }

  close(): void {
    this.#subscriptions.close();
  }

  /** The stream, unless its time is over. */
  #find(stream: EventStreamKey): StreamRow | null {
    if (!isRecordKey(runOfStream(stream))) return null;
    const row = this.#connection.prepare(SELECT_STREAM).get(stream.partition, stream.id) as StreamRow | undefined;
    return row && (row.forget_at === null || row.forget_at > this.#now()) ? row : null;
  }

  #read(stream: EventStreamKey, after: number, limit: number): (StreamPart & { events: LoggedEvent[] }) | null {
    const found = this.#find(stream);
    if (!found) return null;
    const rows = this.#connection.prepare(SELECT_EVENTS).all(stream.partition, stream.id, after, limit);
    return { generation: found.generation, events: rows as unknown as LoggedEvent[] };
  }
}
