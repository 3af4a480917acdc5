import type { BlobStore, Storage } from '@cogitator-ai/openai-storage';
import { ConfigError } from '../config/config-error.ts';
import { openBlobs } from './open-blobs.ts';
import { openQueue } from './open-queue.ts';
import { parseStorageUrl } from './parse-storage-url.ts';

export interface OpenStorageOptions {
  /** Such as `sqlite:./data/storage.db`, `postgres://…`, `redis://…` or `memory:`. */
  readonly storageUrl: string;
  /** PostgreSQL: where to listen for events, when the other connections go through a pooler. */
  readonly storageListenUrl?: string | undefined;
  /** PostgreSQL: whether to bring the schema up to date. Default true. */
  readonly storageMigrate?: boolean;
  /** PostgreSQL and Redis: the bucket for the content of files, such as `s3://bucket/prefix`. Default where the rest is. */
  readonly blobsUrl?: string | undefined;
  /** Told what is unsafe about the store, such as a Redis that may evict. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Opens the storage that a URL names. Drivers are loaded when they are asked for, so that a start costs only what it uses.
 *
 * @throws `ConfigError` for a URL that names none, and for a bucket beside a storage that keeps files by itself;
 * `StorageError` when it cannot be opened.
 */
export async function openStorage(options: OpenStorageOptions): Promise<Storage> {
  const { storageUrl, blobsUrl, onWarning } = options;
  if (blobsUrl === undefined) return openDriver(options);
  if (/^(?:memory|sqlite):/.test(storageUrl)) {
    throw new ConfigError(
      'BLOBS_URL goes with postgres://… and redis://…; the other storages keep files by themselves.',
    );
  }
  const blobs = await openBlobs({ blobsUrl, onWarning });
  try {
    const storage = await openDriver(options, blobs);
    const close = storage.close.bind(storage);
    return Object.assign(storage, {
      close: async () => {
        await close();
        await blobs.close();
      },
    });
  } catch (error) {
    await blobs.close();
    throw error;
  }
}

async function openDriver(options: OpenStorageOptions, blobs?: BlobStore): Promise<Storage> {
  const target = parseStorageUrl(options.storageUrl);
  switch (target?.driver) {
    case 'memory': {
      const { createMemoryStorage } = await import('@cogitator-ai/openai-storage/memory');
      return createMemoryStorage();
    }
    case 'sqlite': {
      const { openSqliteStorage } = await import('@cogitator-ai/openai-storage-sqlite');
      const { path, synchronous = 'normal' } = target;
      return openSqliteStorage({ path, synchronous });
    }
    case 'postgres': {
      const { openPostgresStorage } = await import('@cogitator-ai/openai-storage-postgres');
      const { url, schema, maxConnections } = target;
      return openPostgresStorage({
        url,
        ...(schema === undefined ? {} : { schema }),
        ...(maxConnections === undefined ? {} : { maxConnections }),
        ...(options.storageListenUrl === undefined ? {} : { listenUrl: options.storageListenUrl }),
        migrate: options.storageMigrate ?? true,
        ...(blobs && { blobs }),
      });
    }
    case 'redis': {
      const { openRedisStorage } = await import('@cogitator-ai/openai-storage-redis');
      const { url, keyPrefix } = target;
      return openRedisStorage({
        url,
        ...(keyPrefix === undefined ? {} : { keyPrefix }),
        ...(options.onWarning === undefined ? {} : { onWarning: options.onWarning }),
        ...(blobs && { blobs }),
      });
    }
    case undefined:
      throw new ConfigError(`This is no storage that the server knows: see --help.`);
  }
}

/**
 * Brings the tables of the storage that a URL names up to date.
 *
 * @returns What was done, for people.
 */
export async function migrateStorage(
  options: Pick<OpenStorageOptions, 'storageUrl' | 'storageListenUrl'> & { leaseMs: number },
): Promise<string> {
  const { storageUrl } = options;
  const target = parseStorageUrl(storageUrl);
  if (target?.driver === 'postgres') {
    const { migratePostgres } = await import('@cogitator-ai/openai-storage-postgres');
    const { url, schema } = target;
    const applied = await migratePostgres({ url, ...(schema === undefined ? {} : { schema }) });
    await (await openQueue({ ...options, storageMigrate: true }))?.close();
    return applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Everything is up to date.';
  }
  const storage = await openStorage({ storageUrl });
  await storage.close();
  return 'Everything is up to date.';
}
