import { Socket } from 'node:net';
import { Client, type ClientConfig, type Pool } from 'pg';
import {
  type BlobStore,
  type Commit,
  type CommitResult,
  isListRequest,
  isRecordKey,
  type Lease,
  type ListRequest,
  partitionOfCommit,
  partitionOfKeys,
  type RecordKey,
  type RecordKind,
  type RecordPage,
  type Storage,
  StorageError,
  type StoredRecord,
} from '@cogitator-ai/openai-storage';
import { PostgresBlobStore } from './blobs/postgres-blob-store.ts';
import { Connection } from './database/connection.ts';
import { assertMigrated } from './database/migrate.ts';
import {
  channelOf,
  type DatabaseOptions,
  DEFAULT_SCHEMA,
  endPool,
  openPool,
  type PoolLimits,
} from './database/pool.ts';
import { refusalOf, toStorageError } from './database/postgres-error.ts';
import { Sockets } from './database/sockets.ts';
import { type HeadRow, toHead } from './events/head-row.ts';
import { PostgresEventLog } from './events/postgres-event-log.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { commitParameters, type InsertCall, insertCall, toConflict } from './records/commit-parameters.ts';
import { COLUMNS, ownerText, type Row, selectPage, toRecord } from './records/table.ts';

/** How often what nobody needs is removed, in ms. */
const UPKEEP_MS = 30_000;

export interface PostgresStorageOptions extends DatabaseOptions, PoolLimits {
  /**
   * Where to listen for events, when the other connections go through a pooler that shares them, such as PgBouncer in transaction
   * mode: a URL that leads to PostgreSQL itself. Default the same as the others.
   */
  listenUrl?: string;
  /** Whether to bring the schema up to date; else it must be. Default true. */
  migrate?: boolean;
  /** Where blobs are kept instead of in the database; it is left open at the end. */
  blobs?: BlobStore;
}

/**
 * Keeps everything in PostgreSQL 13 or later, for any number of replicas.
 *
 * @throws `StorageError` `unavailable` when it cannot be reached, `schema_mismatch` when the schema is not that of this version.
 */
export async function openPostgresStorage(options: PostgresStorageOptions): Promise<Storage> {
  const storage = await open(options);
  if (options.listenUrl !== undefined) await assertHears(storage);
  return storage;
}

async function open(options: PostgresStorageOptions): Promise<PostgresStorage> {
  const { schema = DEFAULT_SCHEMA } = options;
  const sockets = new Sockets();
  const pool = openPool(options, sockets);
  try {
    await (options.migrate === false ? assertMigrated({ pool, schema }) : migratePostgres(options));
    const connection = new Connection(pool, schema, options.pool ? null : () => endPool(pool, sockets));
    const { connectionTimeoutMillis = 10_000 } = pool.options;
    const listenConfig =
      options.listenUrl === undefined
        ? // A pool hides its password from who copies its options.
          { ...pool.options, password: pool.options.password }
        : { connectionString: options.listenUrl, connectionTimeoutMillis };
    const ownBlobs = new PostgresBlobStore(connection);
    await ownBlobs.removeLeftovers();
    const { blobs = ownBlobs } = options;
    return new PostgresStorage(nameOf(pool), connection, listenConfig, channelOf(schema), { blobs, ownBlobs });
  } catch (error) {
    if (!options.pool) await endPool(pool, sockets);
    throw toStorageError(error);
  }
}

/** A wrong `listenUrl` would otherwise be noticed by the first who streams. */
async function assertHears(storage: PostgresStorage): Promise<void> {
  try {
    await storage.events.listening();
  } catch (error) {
    await storage.close();
    throw new StorageError('unavailable', `listenUrl: ${(error as Error).message}`, { cause: error });
  }
}

class PostgresStorage implements Storage {
  readonly name: string;
  readonly events: PostgresEventLog;
  readonly blobs: BlobStore;
  readonly #ownBlobs: PostgresBlobStore;
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #upkeep: NodeJS.Timeout;
  #latest = 0;

  constructor(
    name: string,
    connection: Connection,
    listenConfig: ClientConfig,
    channel: string,
    { blobs, ownBlobs }: { blobs: BlobStore; ownBlobs: PostgresBlobStore },
  ) {
    this.name = name;
    this.#connection = connection;
    this.#channel = channel;
    this.events = new PostgresEventLog(connection, listenConfig, channel);
    this.blobs = blobs;
    this.#ownBlobs = ownBlobs;
    this.#upkeep = setInterval(() => void this.#tidy(), UPKEEP_MS).unref();
  }

  async get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    this.#connection.assertOpen();
    if (!isRecordKey(key)) return null;
    const [row] = await this.#connection.query<Row>(
      `SELECT ${COLUMNS} FROM ${this.#connection.schema}.${key.kind} WHERE owner = $1 AND id = $2`,
      [ownerText(key.path), key.id],
      `get ${key.kind}`,
    );
    return row ? toRecord(key.kind, row) : null;
  }

  async getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    this.#connection.assertOpen();
    if (keys.length === 0) return [];
    partitionOfKeys(keys);
    const kinds = [...new Set(keys.map(({ kind }) => kind))];
    const found = new Map<string, StoredRecord<K>>();
    const read = async (query: (text: string, values: unknown[]) => Promise<Row[]>): Promise<void> => {
      for (const kind of kinds) {
        const wanted = keys.filter((key) => key.kind === kind && isRecordKey(key));
        const rows = await query(
          `SELECT ${COLUMNS} FROM ${this.#connection.schema}.${kind}
           WHERE (owner, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
          [wanted.map(({ path }) => ownerText(path)), wanted.map(({ id }) => id)],
        );
        for (const row of rows) found.set(`${kind} ${row.owner}/${row.id}`, toRecord(kind, row));
      }
    };
    if (kinds.length === 1) {
      await read((text, values) => this.#connection.query<Row>(text, values, `get many ${kinds[0]}`));
    } else {
      await this.#connection.snapshot((client) =>
        read(async (text, values) => (await client.query<Row>(text, values)).rows),
      );
    }
    return keys.map(({ kind, path, id }) => found.get(`${kind} ${ownerText(path)}/${id}`) ?? null);
  }

  async list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    this.#connection.assertOpen();
    if (!isListRequest(request)) return { records: [], hasMore: false };
    const { kind, path, limit, after, before, where = {} } = request;
    const cursors = [after, before].filter((cursor) => cursor !== undefined);
    const { text, name } = selectPage(this.#connection.schema, request);
    const values = [ownerText(path), ...Object.values(where), ...cursors, limit + 1];
    const rows = await this.#connection.query<Row>(text, values, name);
    const page = rows.slice(0, limit).map((row) => toRecord(kind, row));
    // A page before a cursor is read from the cursor on.
    if (before !== undefined && after === undefined) page.reverse();
    return { records: page, hasMore: rows.length > limit };
  }

  async due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    const { schema } = this.#connection;
    const rows = await this.#connection.query<Row>(
      `SELECT ${COLUMNS} FROM ${schema}.${kind} WHERE due_at <= (SELECT ${schema}.now_ms()) ORDER BY due_at, id LIMIT $1`,
      [limit],
      `due ${kind}`,
    );
    return rows.map((row) => toRecord(kind, row));
  }

  async commit(commit: Commit): Promise<CommitResult> {
    this.#connection.assertOpen();
    const partition = partitionOfCommit(commit);
    const { schema } = this.#connection;
    const insert = insertCall(commit);
    if (insert) return this.#applyInsert(commit, insert);
    const parameters = commitParameters(commit, partition, { schema, channel: this.#channel });
    try {
      const [row] = await this.#connection.query<HeadRow>(
        `SELECT last_seq, generation FROM ${schema}.apply_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        parameters,
        'commit',
      );
      const head = toHead(row);
      if (!commit.events || !head) return { ok: true };
      this.events.publish(commit.events, head);
      return { ok: true, lastEvent: head.lastSeq };
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      return { ok: false, conflict: toConflict(refusal, commit) };
    }
  }

  async #applyInsert(commit: Commit, { kind, parameters }: InsertCall): Promise<CommitResult> {
    const places = parameters.map((_, index) => `$${index + 1}`);
    const rows = await this.#connection.query<{ refusal: Record<string, unknown> | null }>(
      `SELECT ${this.#connection.schema}.insert_${kind}(${places.join(', ')}) AS refusal`,
      parameters,
      `insert ${kind}`,
    );
    const refusal = rows[0]?.refusal;
    return refusal ? { ok: false, conflict: toConflict(refusal, commit) } : { ok: true };
  }

  async renew(leases: readonly Lease[], { ms }: { ms: number }): Promise<boolean[]> {
    this.#connection.assertOpen();
    const { schema } = this.#connection;
    const renewed = new Set<Lease>();
    for (const kind of new Set(leases.map(({ key }) => key.kind))) {
      const wanted = leases.filter(({ key }) => key.kind === kind && isRecordKey(key));
      const rows = await this.#connection.query<{ place: string }>(
        `UPDATE ${schema}.${kind} held SET due_at = (SELECT ${schema}.now_ms()) + $1
         FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS lease (owner, id, fence, place)
         WHERE held.owner = lease.owner AND held.id = lease.id AND held.fence = lease.fence AND held.due_at IS NOT NULL
         RETURNING place`,
        [
          ms,
          wanted.map(({ key }) => ownerText(key.path)),
          wanted.map(({ key }) => key.id),
          wanted.map(({ fence }) => fence),
        ],
        `renew ${kind}`,
      );
      for (const { place } of rows) renewed.add(wanted[Number(place) - 1] as Lease);
    }
    return leases.map((lease) => renewed.has(lease));
  }

  async now(): Promise<number> {
    const rows = await this.#connection.query<{ now: string }>(
      `SELECT ${this.#connection.schema}.now_ms() AS now`,
      [],
      'now',
    );
    this.#latest = Math.max(this.#latest, Number(rows[0]?.now));
    return this.#latest;
  }

  async close(): Promise<void> {
    clearInterval(this.#upkeep);
    this.#ownBlobs.close();
    await Promise.all([this.events.close(), this.#connection.close()]);
  }

  async #tidy(): Promise<void> {
    try {
      await this.events.removeForgotten();
      await this.#ownBlobs.removeLeftovers();
    } catch {
      // The next time will do.
    }
  }
}

/** Without user and password. */
function nameOf({ options }: Pool): string {
  // Never connected: it is asked how it reads the options.
  const { host, port, database = '' } = new Client({ ...options, stream: () => new Socket() });
  return `postgres://${host}:${port}/${database}`;
}
