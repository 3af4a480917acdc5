import {
  type Commit,
  type CommitResult,
  type EventBatch,
  isListRequest,
  isRecordKey,
  type Lease,
  type ListRequest,
  partitionOfCommit,
  partitionOfKeys,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type RecordReader,
  StorageError,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';
import type { StreamHead } from '@cogitator-ai/openai-storage/driver';
import type { Connection } from '../database/connection.ts';
import type { KeySpace } from '../database/key-space.ts';
import type { Scripts } from '../database/scripts.ts';
import { type CommitReply, type CommitSettings, planCommit, toCommitResult } from './commit-plan.ts';
import { isPartition } from './kinds.ts';
import { planInsert } from './plan-insert.ts';
import type { PartitionIndexes } from './partition-indexes.ts';
import { FIELDS, parseHead, toRecord, walkOf } from './record-rows.ts';

/** What Redis answers of records: their fields one after the other. */
type Fields = (string | null)[];

/** Entries of an index that are looked at together, at least. */
const MIN_BATCH = 50;

export interface RecordsOptions {
  readonly connection: Connection;
  readonly keySpace: KeySpace;
  readonly scripts: Scripts;
  readonly indexes: PartitionIndexes;
  readonly channelOf: CommitSettings['channelOf'];
  /** Called with the events of a commit before that is answered. */
  readonly onWritten: (batch: EventBatch, head: StreamHead) => void;
  readonly ttlMs: number | null;
}

/** Records in hashes, collections in sorted sets. */
export class RedisRecords implements RecordReader {
  readonly #connection: Connection;
  readonly #keySpace: KeySpace;
  readonly #scripts: Scripts;
  readonly #indexes: PartitionIndexes;
  readonly #channelOf: CommitSettings['channelOf'];
  readonly #onWritten: RecordsOptions['onWritten'];
  readonly #ttlMs: number | null;
  #latest = 0;

  constructor({ connection, keySpace, scripts, indexes, channelOf, onWritten, ttlMs }: RecordsOptions) {
    this.#connection = connection;
    this.#keySpace = keySpace;
    this.#scripts = scripts;
    this.#indexes = indexes;
    this.#channelOf = channelOf;
    this.#onWritten = onWritten;
    this.#ttlMs = ttlMs;
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    this.#connection.assertOpen();
    if (!isRecordKey(key)) return null;
    const [body, head] = (await this.#connection.command('hmget', [this.#keySpace.record(key), ...FIELDS])) as Fields;
    return toRecord(key, body, head);
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    this.#connection.assertOpen();
    if (keys.length === 0) return [];
    partitionOfKeys(keys);
    const wanted = keys.filter((key) => isRecordKey(key));
    const names = wanted.map((key) => this.#keySpace.record(key));
    const fields = names.length > 0 ? ((await this.#connection.run(this.#scripts.read, names, [])) as Fields) : [];
    const records = new Map(wanted.map((key, at) => [key, toRecord(key, fields[2 * at], fields[2 * at + 1])]));
    return keys.map((key) => records.get(key) ?? null);
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    this.#connection.assertOpen();
    if (!isListRequest(request)) return { records: [], hasMore: false };
    const { kind, limit, after, before } = request;
    const found = isPartition(kind) ? await this.#walkIndex(request) : await this.#walkCollection(request);
    const records = found.slice(0, limit);
    if (before !== undefined && after === undefined) records.reverse();
    return { records, hasMore: found.length > limit };
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    const now = await this.now();
    const batch = Math.max(limit, MIN_BATCH);
    const found: StoredRecord<K>[] = [];
    for (let offset = 0; ; offset += batch) {
      const entries = await this.#indexes.dueBefore(kind, now, offset, batch);
      const keys = entries.map(([key]) => key as RecordKey<K>);
      const isDue = await Promise.all(keys.map((key) => this.#isDue(key, now)));
      await this.#indexes.suspect(
        kind,
        'due',
        keys.filter((_, index) => !isDue[index]),
      );
      const records = await Promise.all(keys.filter((_, index) => isDue[index]).map((key) => this.get(key)));
      for (const record of records) if (record?.dueAt != null && record.dueAt <= now) found.push(record);
      found.sort((a, b) => Number(a.dueAt) - Number(b.dueAt));
      // No entry is later than its record, so what follows is due no sooner than the last one seen.
      const last = entries.at(-1)?.[1] ?? 0;
      const isComplete = found.length >= limit && Number(found[limit - 1]?.dueAt) <= last;
      if (entries.length < batch || isComplete) return found.slice(0, limit);
    }
  }

  async commit(commit: Commit, unwritten?: CommitSettings['unwritten']): Promise<CommitResult> {
    this.#connection.assertOpen();
    const partition = partitionOfCommit(commit);
    const insert = this.#ttlMs === null ? planInsert(commit, partition, this.#keySpace) : null;
    const reply = (
      insert
        ? await this.#connection.run(this.#scripts.insert, insert.keys, insert.args)
        : await this.#apply(commit, partition, unwritten)
    ) as CommitReply;
    const result = toCommitResult(reply, commit);
    if (!result) throw new StorageError('unavailable', 'Redis: The commit arrived too late and was not applied.');
    if (commit.events && result.ok) {
      this.#onWritten(commit.events, { lastSeq: Number(reply[1]), generation: String(reply[2]) });
    }
    return result;
  }

  async renew(leases: readonly Lease[], { ms }: { ms: number }): Promise<boolean[]> {
    this.#connection.assertOpen();
    if (leases.length === 0) return [];
    const dueAt = (await this.now()) + ms;
    const { renew } = this.#scripts;
    const renewed = await Promise.all(
      leases.map(async ({ key, fence }) => {
        if (!isRecordKey(key)) return false;
        return (await this.#connection.run(renew, [this.#keySpace.record(key)], [fence, dueAt])) === 1;
      }),
    );
    const moved = leases.filter((_, index) => renewed[index]).map(({ key }) => key);
    await this.#indexes.advance(moved, dueAt);
    return renewed;
  }

  /** The clock of the server that keeps the indexes, so that due times and `now` agree. */
  async now(): Promise<number> {
    this.#latest = Math.max(this.#latest, await this.#indexes.time());
    return this.#latest;
  }

  /** Deletes threads that nobody has written for so long. */
  async expire(ttlMs: number): Promise<void> {
    const now = await this.now();
    for (let offset = 0; ; offset += MIN_BATCH) {
      const ids = await this.#indexes.expiring(now, offset, MIN_BATCH);
      for (const id of ids) await this.#expireThread({ kind: 'thread', path: [], id }, now, ttlMs);
      if (ids.length < MIN_BATCH) return;
    }
  }

  async #apply(commit: Commit, partition: string, unwritten?: CommitSettings['unwritten']): Promise<unknown> {
    const { keys, args } = planCommit(commit, partition, this.#keySpace, {
      deadline: await this.#indexes.announce(commit, this.#ttlMs),
      channelOf: this.#channelOf,
      touched: this.#ttlMs === null ? null : { kind: 'thread', path: [], id: partition },
      ...(unwritten ? { unwritten } : {}),
    });
    return this.#connection.run(this.#scripts.commit, keys, args);
  }

  async #expireThread(key: RecordKey<'thread'>, now: number, ttlMs: number): Promise<void> {
    const args = [this.#keySpace.record(key), 'head', 'written'];
    const [head, since] = (await this.#connection.command('hmget', args)) as (string | null)[];
    if (head == null) return this.#indexes.suspect('thread', 'expiring', [key]);
    if (since != null && Number(since) + ttlMs > now) return this.#indexes.postpone(key.id, Number(since) + ttlMs);
    await this.commit({ writes: [{ write: 'delete', key }] }, { key, since: since ?? '0' });
  }

  async #walkCollection<K extends RecordKind>(request: ListRequest<K>): Promise<StoredRecord<K>[]> {
    const { kind, path, limit, where = {} } = request;
    const collection = this.#keySpace.collection(request);
    const [filter] = Object.entries(where);
    const prefix = filter ? `${filter[1]}/` : '';
    const walked = filter ? this.#keySpace.filter(collection, filter[0]) : collection;
    const { isReverse, from, to } = walkOf(request, prefix);
    const args = [isReverse ? 'REV' : '', from, to, limit + 1, prefix.length];
    const page = (await this.#connection.run(this.#scripts.list, [walked, collection], args)) as Fields;
    const ids = page[0] ? page[0].split(' ') : [];
    const records = ids.map((id, at) => toRecord({ kind, path, id }, page[2 * at + 1], page[2 * at + 2]));
    return records.filter((record) => record !== null);
  }

  async #walkIndex<K extends RecordKind>(request: ListRequest<K>): Promise<StoredRecord<K>[]> {
    const { kind, path, limit } = request;
    const { isReverse, from: start, to } = walkOf(request);
    let from = start;
    const batch = Math.max(limit + 1, MIN_BATCH);
    const found: StoredRecord<K>[] = [];
    for (;;) {
      const ids = await this.#indexes.page(kind, { isReverse, from, to }, batch);
      const keys = ids.map((id) => ({ kind, path, id }));
      const records = await Promise.all(keys.map((key) => this.get(key)));
      await this.#indexes.suspect(
        kind,
        'all',
        keys.filter((_, index) => !records[index]),
      );
      found.push(...records.filter((record) => record !== null));
      const last = ids.at(-1);
      if (found.length > limit || ids.length < batch || last === undefined) return found.slice(0, limit + 1);
      from = `(${last}`;
    }
  }

  async #isDue(key: RecordKey, now: number): Promise<boolean> {
    const head = (await this.#connection.command('hget', [this.#keySpace.record(key), 'head'])) as string | null;
    const dueAt = head === null ? null : parseHead(head).dueAt;
    return dueAt !== null && dueAt <= now;
  }
}
