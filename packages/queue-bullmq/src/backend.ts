import { createPostgresBackend, Queue, Worker, type WorkerOptions } from 'bullmq';
import type { RunTicket } from '@cogitator-ai/openai-engine';

/** Name of the queue, within its prefix or schema. */
const NAME = 'runs';
/** Connections to PostgreSQL of whoever adds tickets, and of whoever takes them; one more hears of new ones. */
const ADDING_CONNECTIONS = 2;
const TAKING_CONNECTIONS = 4;

/** A connection on which an answer takes longer is made anew, in ms. Whoever waits for a ticket is answered every few seconds. */
const SILENCE_MS = 15_000;
/** How long making a connection to PostgreSQL may take, in ms: one that is never answered would be waited for for ever. */
const CONNECT_MS = 10_000;
/** Pause after a failure to take a ticket, in ms. */
const RETRY_MS = 1000;

type Tuning = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'removeOnComplete' | 'removeOnFail'
>;

export type TicketQueue = Pick<Queue<RunTicket>, 'add' | 'close' | 'disconnect' | 'waitUntilReady'>;
export type TicketWorker = Pick<Worker<RunTicket>, 'concurrency' | 'pause' | 'resume' | 'close' | 'disconnect'>;

/** Works on a ticket that was taken, under the token it was taken with. */
export type Take = (
  job: { readonly data: RunTicket; moveToWait(token?: string): Promise<unknown> },
  token?: string,
) => Promise<void>;

/** BullMQ on one of the databases that it knows. */
export interface Backend {
  queue(onError: (error: Error) => void): TicketQueue;
  worker(take: Take, tuning: Tuning, onError: (error: Error) => void): TicketWorker;
}

/** @param prefix - What all keys begin with. In a cluster they lie in one slot. */
export function redisBackend(url: string, prefix: string): Backend {
  return {
    queue: (onError) =>
      // A ticket that cannot be added is not waited for: the sweep finds its run.
      new Queue<RunTicket>(NAME, {
        prefix: `{${prefix}}`,
        connection: { url, maxRetriesPerRequest: 1, socketTimeout: SILENCE_MS },
      }).on('error', onError),
    worker: (take, tuning, onError) =>
      new Worker<RunTicket>(NAME, take, {
        ...tuning,
        prefix: `{${prefix}}`,
        runRetryDelay: RETRY_MS,
        connection: { url, maxRetriesPerRequest: null, socketTimeout: SILENCE_MS },
      }).on('error', onError),
  };
}

/** @param options.migrate - Whether to bring the schema up to date. */
export function postgresBackend(url: string, { schema, migrate }: { schema: string; migrate: boolean }): Backend {
  const connection = {
    connectionString: url,
    schema,
    migrate,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: SILENCE_MS,
    keepAlive: true,
  };
  return {
    queue: (onError) =>
      new Queue(NAME, { connection: { ...connection, max: ADDING_CONNECTIONS } }, createPostgresBackend).on(
        'error',
        onError,
      ),
    worker: (take, tuning, onError) =>
      new Worker(
        NAME,
        take,
        { ...tuning, runRetryDelay: RETRY_MS, connection: { ...connection, max: TAKING_CONNECTIONS } },
        createPostgresBackend,
      ).on('error', onError),
  };
}
