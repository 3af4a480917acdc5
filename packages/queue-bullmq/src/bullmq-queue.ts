import type { RunQueue, RunTicket } from '@cogitator-ai/openai-engine';
import { setTimeout as sleep } from 'node:timers/promises';
import { WaitingError } from 'bullmq';
import { type Backend, postgresBackend, redisBackend, type TicketWorker } from './backend.ts';

/** How long opening and closing may wait for a server that does not answer, in ms. */
const CONNECT_MS = 10_000;
const CLOSE_MS = 5000;

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
  let active = 0;
  let waking: Promise<void> | null = null;
  let stopped = false;
  let closing: Promise<void> | null = null;
  try {
    await within(CONNECT_MS, queue.waitUntilReady());
  } catch (error) {
    await within(CLOSE_MS, queue.close()).catch(() => {});
    throw error;
  }

  /** BullMQ looks whether it may take more when a ticket is done, or when it is resumed. */
  async function wake(paused: TicketWorker): Promise<void> {
    await paused.pause(true);
    if (!stopped) await paused.resume();
  }

  return {
    async add(ticket: RunTicket, { first = false } = {}) {
      // One that is there already, or being worked on, is not added again.
      await queue.add('advance', ticket, {
        jobId: `${ticket.runId}-${ticket.fence}`,
        lifo: first,
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
          active++;
          await handle(job.data).finally(() => active--);
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
      if (!worker || stopped) return;
      const isHeldUp = active >= worker.concurrency && concurrency > worker.concurrency;
      worker.concurrency = concurrency;
      if (isHeldUp) waking ??= wake(worker).finally(() => (waking = null));
    },

    async stop() {
      stopped = true;
      await waking;
      await worker?.pause(true);
    },

    close() {
      // While the server is away BullMQ waits for it; the process need not.
      closing ??= within(
        CLOSE_MS,
        (async () => {
          await worker?.close();
          await queue.close();
        })(),
      ).catch(async () => {
        void worker?.disconnect().catch(onError);
        void queue.disconnect().catch(onError);
      });
      return closing;
    },
  };
}

/** What the promise comes to, or a rejection when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  const limit = sleep(ms, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`The queue did not answer within ${ms / 1000} s.`);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    late.abort();
    limit.catch(() => {});
  }
}

function backendOf({
  url,
  keyPrefix = 'openai:queue',
  schema = 'openai_queue',
  migrate = true,
}: BullmqQueueOptions): Backend {
  return url.startsWith('postgres') ? postgresBackend(url, { schema, migrate }) : redisBackend(url, keyPrefix);
}
