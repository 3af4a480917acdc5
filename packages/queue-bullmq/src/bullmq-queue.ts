import type { RunQueue, RunTicket } from '@cogitator-ai/openai-engine';
import { WaitingError } from 'bullmq';
import { type Backend, postgresBackend, redisBackend, type TicketWorker } from './backend.ts';

export interface BullmqQueueOptions {
  /** `redis://…`, `rediss://…` or `postgres://…`; the last leads to PostgreSQL itself, not to a pooler that shares connections. */
  url: string;
  /** What all keys in Redis begin with. Default `openai:queue`. */
  keyPrefix?: string;
  /** Schema of the tables in PostgreSQL. Default `openai_queue`. */
  schema?: string;
  /** Whether to bring the schema in PostgreSQL up to date; else it must be. Default true. */
  migrate?: boolean;
  /** How long a process may be silent before the tickets it took are given to others, in ms. Default 15,000. */
  leaseMs?: number;
  /** Told what goes wrong meanwhile, such as a lost connection. The queue goes on by itself. */
  onError?: (error: Error) => void;
}

/** A queue that its opener closes. */
export interface BullmqQueue extends RunQueue {
  /** Waits for what was taken and ends the connections. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens the queue that all processes with the same options share.
 *
 * @throws when the server cannot be reached.
 */
export async function openBullmqQueue(options: BullmqQueueOptions): Promise<BullmqQueue> {
  const { leaseMs = 15_000, onError = () => {} } = options;
  const backend = backendOf(options);
  const queue = backend.queue(onError);
  let worker: TicketWorker | null = null;
  let stopped = false;
  let closing: Promise<void> | null = null;
  try {
    await queue.waitUntilReady();
  } catch (error) {
    await queue.close().catch(() => {});
    throw error;
  }

  return {
    async add(ticket: RunTicket) {
      // One that is there already, or being worked on, is not added again.
      await queue.add('advance', ticket, {
        jobId: `${ticket.runId}-${ticket.fence}`,
        removeOnComplete: true,
        removeOnFail: true,
      });
    },

    work(handle, { concurrency }) {
      worker = backend.worker(
        async (job, token) => {
          // It was waiting for one when it was stopped.
          if (stopped) {
            await job.moveToWait(token);
            throw new WaitingError();
          }
          await handle(job.data);
        },
        {
          concurrency,
          lockDuration: leaseMs,
          stalledInterval: Math.ceil(leaseMs / 3),
          // Whether a run is given up is decided by the run.
          maxStalledCount: 1_000_000,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        },
        onError,
      );
    },

    resize(concurrency) {
      if (worker) worker.concurrency = concurrency;
    },

    async stop() {
      stopped = true;
      await worker?.pause(true);
    },

    close() {
      closing ??= (async () => {
        await worker?.close();
        await queue.close();
      })();
      return closing;
    },
  };
}

function backendOf({
  url,
  keyPrefix = 'openai:queue',
  schema = 'openai_queue',
  migrate = true,
}: BullmqQueueOptions): Backend {
  return url.startsWith('postgres') ? postgresBackend(url, { schema, migrate }) : redisBackend(url, keyPrefix);
}
