import type { SQLOutputValue } from 'node:sqlite';
import {
  type Check,
  type Conflict,
  type Insert,
  isListRequest,
  isRecordKey,
  type Lease,
  type ListRequest,
  ownerOf,
  partitionOf,
  type Put,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type StoredRecord,
  type Write,
} from '@cogitator-ai/openai-storage';
import type { Connection } from '../database/connection.ts';
import { deleteOne, insertOne, renewOne, selectDue, selectOne, selectPage, updateOne } from './statements.ts';
import { tableOf } from './table.ts';

type Row = Record<string, SQLOutputValue>;

const SELECT_CLAIM = 'SELECT id FROM claim WHERE partition = ? AND value = ?';
const INSERT_CLAIM = 'INSERT INTO claim (partition, value, kind, path, id) VALUES (?, ?, ?, ?, ?)';
const DELETE_CLAIM = 'DELETE FROM claim WHERE kind = ? AND path = ? AND id = ?';
/** Claims of records below an owner: their paths begin with its own. */
const DELETE_CLAIMS_BELOW =
  "DELETE FROM claim WHERE partition = ? AND (path = ? OR substr(path, 1, length(?) + 1) = ? || '/')";

/** Something that a commit asked for does not hold. */
export class Refusal extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(conflict.reason);
    this.conflict = conflict;
  }
}

/** Records in tables. Every method is one or more statements; who calls it sees to the transaction. */
export class SqliteRecords {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get<K extends RecordKind>(key: RecordKey<K>): StoredRecord<K> | null {
    if (!isRecordKey(key)) return null;
    const row = this.#connection.prepare(selectOne(key.kind)).get(...key.path, key.id);
    return row ? toRecord(key, row) : null;
  }

  list<K extends RecordKind>(request: ListRequest<K>): RecordPage<K> {
    if (!isListRequest(request)) return { records: [], hasMore: false };
    const { kind, path, limit, after, before, where = {} } = request;
    const cursors = [after, before].filter((cursor) => cursor !== undefined);
    const rows = this.#connection
      .prepare(selectPage(request))
      .all(...path, ...Object.values(where), ...cursors, limit + 1);
    const page = rows.slice(0, limit).map((row) => toRecord({ kind, path, id: row['id'] as string }, row));
    // A page before a cursor is read from the cursor on.
    if (before !== undefined && after === undefined) page.reverse();
    return { records: page, hasMore: rows.length > limit };
  }

  due<K extends RecordKind>(kind: K, now: number, limit: number): StoredRecord<K>[] {
    const { path } = tableOf(kind);
    return this.#connection
      .prepare(selectDue(kind))
      .all(now, limit)
      .map((row) => {
        const key = { kind, path: path.map((column) => row[column] as string), id: row['id'] as string };
        return toRecord(key, row);
      });
  }

  /** Whether the record was due some time, with this fence, and now is at another. */
  renew({ key, fence }: Lease, dueAt: number): boolean {
    if (!isRecordKey(key)) return false;
    return this.#connection.prepare(renewOne(key.kind)).run(dueAt, ...key.path, key.id, fence).changes > 0;
  }

  /** @throws {@link Refusal} when it does not hold. */
  check(check: Check): void {
    const { key } = check;
    if (check.check === 'free') return this.#checkFree(partitionOf(key), check.unique);
    const record = this.get(key);
    if (!record) throw new Refusal({ reason: 'missing', key });
    if (check.check === 'version' && record.version !== check.version) throw new Refusal({ reason: 'version', key });
    if (check.check === 'fence' && record.fence !== check.fence) throw new Refusal({ reason: 'fence', key });
  }

  /** @throws {@link Refusal} when it cannot be done. */
  apply(write: Write): void {
    if (write.write === 'insert') this.#insert(write);
    else if (write.write === 'put') this.#put(write);
    else this.#delete(write.key);
  }

  #checkFree(partition: string, unique: string): void {
    const holder = this.#connection.prepare(SELECT_CLAIM).get(partition, unique)?.['id'];
    if (holder !== undefined) throw new Refusal({ reason: 'taken', unique, holder: holder as string });
  }

  #insert(write: Insert): void {
    const { key } = write;
    if (this.get(key)) throw new Refusal({ reason: 'exists', key });
    const owner = ownerOf(key);
    if (owner && !this.get(owner)) throw new Refusal({ reason: 'missing', key: owner });
    const { body, state = null, fence = 0, dueAt = null } = write;
    this.#connection
      .prepare(insertOne(key.kind))
      .run(...key.path, key.id, body, state, fence, dueAt, ...filtersOf(write));
    this.#claim(write);
  }

  #put(write: Put): void {
    const { key } = write;
    const stored = this.get(key);
    if (!stored) throw new Refusal({ reason: 'missing', key });
    const { body, state = null, fence = stored.fence, dueAt = null } = write;
    if (fence < stored.fence) throw new Refusal({ reason: 'fence', key });
    this.#connection
      .prepare(updateOne(key.kind))
      .run(body, state, fence, dueAt, ...filtersOf(write), ...key.path, key.id);
    this.#connection.prepare(DELETE_CLAIM).run(key.kind, key.path.join('/'), key.id);
    this.#claim(write);
  }

  #claim({ key, unique }: Insert | Put): void {
    if (!unique) return;
    const partition = partitionOf(key);
    this.#checkFree(partition, unique);
    this.#connection.prepare(INSERT_CLAIM).run(partition, unique, key.kind, key.path.join('/'), key.id);
  }

  /** What the record owns goes by the tables' foreign keys. */
  #delete(key: RecordKey): void {
    if (!isRecordKey(key)) return;
    const path = key.path.join('/');
    const below = [...key.path, key.id].join('/');
    this.#connection.prepare(DELETE_CLAIM).run(key.kind, path, key.id);
    this.#connection.prepare(DELETE_CLAIMS_BELOW).run(partitionOf(key), below, below, below);
    this.#connection.prepare(deleteOne(key.kind)).run(...key.path, key.id);
  }
}

function filtersOf({ key, filters = {} }: Insert | Put): (string | null)[] {
  return tableOf(key.kind).filters.map((name) => filters[name] ?? null);
}

function toRecord<K extends RecordKind>(key: RecordKey<K>, row: Row): StoredRecord<K> {
  return {
    key,
    body: row['body'] as string,
    state: row['state'] as string | null,
    version: row['version'] as number,
    fence: row['fence'] as number,
    dueAt: row['due_at'] as number | null,
  };
}
