import type { BullmqQueue } from '@cogitator-ai/openai-queue-bullmq';
import { parseStorageUrl } from './parse-storage-url.ts';

export interface OpenQueueOptions {
  readonly storageUrl: string;
  /** Where PostgreSQL itself is, when `storageUrl` leads to a pooler. */
  readonly storageListenUrl?: string | undefined;
  readonly storageMigrate?: boolean;
  /** Silence after which the tickets that a process took are given to others, in ms. */
  readonly leaseMs: number;
  /** Told what goes wrong with the connection; the queue goes on by itself. */
  readonly onError?: (error: Error) => void;
}

/**
 * Opens the queue that the processes on one storage share, beside that storage.
 *
 * @returns `null` for a storage of one machine, whose processes each see to their own runs.
 * @throws what the database says when it cannot be reached.
 */
export async function openQueue(options: OpenQueueOptions): Promise<BullmqQueue | null> {
  const { storageUrl, storageListenUrl, storageMigrate = true, leaseMs, onError } = options;
  const target = parseStorageUrl(storageUrl);
  if (target?.driver !== 'postgres' && target?.driver !== 'redis') return null;
  const { openBullmqQueue } = await import('@cogitator-ai/openai-queue-bullmq');
  const common = { leaseMs, ...(onError && { onError }) };
  if (target.driver === 'redis') {
    const { url, keyPrefix = 'openai:' } = target;
    return openBullmqQueue({ ...common, url, keyPrefix: `${keyPrefix}queue` });
  }
  const { url, schema = 'openai' } = target;
  return openBullmqQueue({
    ...common,
    url: storageListenUrl ?? url,
    schema: `${schema}_queue`,
    migrate: storageMigrate,
  });
}
