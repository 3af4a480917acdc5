import type {
  BlobStore,
  Commit,
  CommitResult,
  Lease,
  ListRequest,
  RecordKey,
  RecordKind,
  RecordPage,
  Storage,
  StoredRecord,
} from '@cogitator-ai/openai-storage';
import { StorageError } from '@cogitator-ai/openai-storage';
import { RedisBlobStore } from './blobs/redis-blob-store.ts';
import { assertSchema } from './database/assert-schema.ts';
import { findRisks } from './database/check-server.ts';
import { Connection } from './database/connection.ts';
import { KeySpace } from './database/key-space.ts';
import { nameOfServer, openClient, type ServerOptions, type TimeLimits } from './database/open-client.ts';
import { readScripts } from './database/scripts.ts';
import { RedisEventLog } from './events/redis-event-log.ts';
import { PartitionIndexes } from './records/partition-indexes.ts';
import { RedisRecords } from './records/redis-records.ts';

/** How often indexes are tidied and threads expired, in ms. */
const UPKEEP_MS = 15_000;

export interface RedisStorageOptions extends ServerOptions, TimeLimits {
  /** What all keys begin with; storages with different prefixes do not see each other. Default `openai:`. */
  keyPrefix?: string;
  /**
   * How long a thread is kept that nobody writes, in ms: it is deleted with its messages, runs, steps and events when none of
   * them was written for so long, half a minute later at most. Only threads that were made with this option, by storages that
   * all have it. Nothing else expires: not assistants, files, uploads. Default for ever.
   */
  ttlMs?: number;
  /** Where blobs are kept instead of in Redis; it is left open at the end. */
  blobs?: BlobStore;
  /** Called at opening for each thing in the server's configuration that may lose data. */
  onWarning?: (message: string) => void;
}

/**
 * Keeps everything in Redis 6.2 or later, one server or a cluster, for any number of replicas.
 *
 * @throws `StorageError` `unavailable` when it cannot be reached, `schema_mismatch` when a later version has written there,
 * `invalid_request` for options that cannot be.
 */
export async function openRedisStorage(options: RedisStorageOptions): Promise<Storage> {
  const {
    keyPrefix = 'openai:',
    ttlMs = null,
    onWarning,
    connectTimeoutMs = 5000,
    commandTimeoutMs = 10_000,
  } = options;
  if (keyPrefix.includes('{}')) {
    throw new StorageError(
      'invalid_request',
      'A key prefix with {} would part what belongs into one slot of a cluster.',
    );
  }
  const limits = { connectTimeoutMs, commandTimeoutMs };
  const connection = new Connection(openClient(options, limits), limits);
  try {
    await connection.open();
    const keySpace = new KeySpace(keyPrefix);
    await assertSchema(connection, keySpace);
    if (onWarning) for (const risk of await findRisks(connection)) onWarning(risk);
    return new RedisStorage(connection, keySpace, ttlMs, options.blobs);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class RedisStorage implements Storage {
  readonly name: string;
  readonly events: RedisEventLog;
  readonly blobs: BlobStore;
  readonly #ownBlobs: RedisBlobStore;
  readonly #connection: Connection;
  readonly #indexes: PartitionIndexes;
  readonly #records: RedisRecords;
  readonly #ttlMs: number | null;
  readonly #upkeep: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(connection: Connection, keySpace: KeySpace, ttlMs: number | null, blobs: BlobStore | undefined) {
    const scripts = readScripts();
    this.name = nameOfServer(connection.client);
    this.#connection = connection;
    this.events = new RedisEventLog(connection, keySpace, scripts);
    this.#ownBlobs = new RedisBlobStore(connection, keySpace, scripts);
    this.blobs = blobs ?? this.#ownBlobs;
    const indexes = new PartitionIndexes(connection, keySpace, scripts);
    this.#indexes = indexes;
    this.#records = new RedisRecords({
      connection,
      keySpace,
      scripts,
      indexes,
      ttlMs,
      channelOf: (events) => this.events.channelOf(events),
      onWritten: (batch, head) => this.events.publish(batch, head),
    });
    this.#ttlMs = ttlMs;
    this.#upkeep = setInterval(() => void this.#tidy(), UPKEEP_MS).unref();
  }

  get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null> {
    return this.#records.get(key);
  }

  getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]> {
    return this.#records.getMany(keys);
  }

  list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>> {
    return this.#records.list(request);
  }

  due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]> {
    return this.#records.due(kind, limit);
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#records.commit(commit);
  }

  renew(leases: readonly Lease[], options: { ms: number }): Promise<boolean[]> {
    return this.#records.renew(leases, options);
  }

  now(): Promise<number> {
    return this.#records.now();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#upkeep);
    this.#ownBlobs.close();
    await Promise.all([this.events.close(), this.#connection.close()]);
  }

  async #tidy(): Promise<void> {
    try {
      await this.#indexes.settle();
      if (this.#ttlMs !== null) await this.#records.expire(this.#ttlMs);
    } catch {
      // The next time will do.
    }
  }
}
