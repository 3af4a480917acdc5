import type { Logger } from '../ports/logger.ts';
import type { RunQueue, RunTicket } from '../ports/run-queue.ts';

/** Advances one run as far as it goes; resolves when the run is parked, ended or given away. Never rejects. */
export type RunHandler = (ticket: RunTicket, interrupt: AbortSignal) => Promise<void>;

/** The server stops: the run is to be left to others. */
export class HandOverError extends Error {
  constructor() {
    super('The server is shutting down.');
    this.name = 'HandOverError';
  }
}

export interface DispatcherOptions {
  queue: RunQueue;
  logger: Logger;
  /** Most runs advanced here at a time; 0 for none. */
  maxConcurrent: number;
}

export interface EnqueueOptions {
  /** Whether a client of this process waits for the run's events, so that it need not wait for its turn. Default false. */
  here?: boolean;
  /** Whether next to nothing is left to be done, so that it is done here whatever else is. Default false. */
  atOnce?: boolean;
  /** Whether the run goes before those that have not begun. Default false. */
  first?: boolean;
}

/** A run that is being advanced here. */
interface Execution {
  readonly runId: string;
  readonly controller: AbortController;
}

/** Decides where and when runs are advanced: here at once when somebody here waits for them and there is room, else in their turn. */
export class Dispatcher {
  readonly #queue: RunQueue;
  readonly #logger: Logger;
  readonly #maxConcurrent: number;
  readonly #executions = new Set<Execution>();
  /** Those that did not wait in the queue. */
  #ahead = 0;
  #handler: RunHandler | null = null;
  #closing: Promise<void> | null = null;
  #onIdle: () => void = () => {};

  constructor({ queue, logger, maxConcurrent }: DispatcherOptions) {
    this.#queue = queue;
    this.#logger = logger;
    this.#maxConcurrent = maxConcurrent;
  }

  /** Runs that are being advanced here. */
  get size(): number {
    return this.#executions.size;
  }

  /** Names the handler and starts taking tickets. Called once. */
  start(handler: RunHandler): void {
    this.#handler = handler;
    if (this.#maxConcurrent > 0)
      this.#queue.work((ticket) => this.#execute(handler, ticket), { concurrency: this.#maxConcurrent });
  }

  /** Has the run advanced soon. A ticket for a run that needs nothing is harmless. */
  enqueue(ticket: RunTicket, { here = false, atOnce = false, first = false }: EnqueueOptions = {}): void {
    const handler = this.#closing ? null : this.#handler;
    if (handler && atOnce) return void this.#execute(handler, ticket);
    if (handler && here && this.#hasRoomAhead) return void this.#executeAhead(handler, ticket);
    this.#queue.add(ticket, { first }).catch((err: unknown) => {
      const { runId, threadId } = ticket;
      this.#logger.warn({ runId, threadId, err }, 'A run could not be queued; the next sweep tries again.');
    });
  }

  /** Stops the model call and tools of a run that is advanced here: its state has changed. */
  interrupt(runId: string): void {
    for (const execution of this.#executions) if (execution.runId === runId) execution.controller.abort();
  }

  /**
   * Takes no more tickets and waits for the handlers that run. Later calls wait for the first.
   *
   * @param options.signal - Aborted when waiting must end; handlers still running are then aborted.
   */
  close({ signal }: { signal: AbortSignal }): Promise<void> {
    return (this.#closing ??= this.#close(signal));
  }

  async #close(signal: AbortSignal): Promise<void> {
    const handOver = (): void => {
      for (const { controller } of this.#executions) controller.abort(new HandOverError());
    };
    if (signal.aborted) handOver();
    else signal.addEventListener('abort', handOver, { once: true });
    await this.#queue.stop();
    if (this.#executions.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    signal.removeEventListener('abort', handOver);
  }

  /** One place is the queue's, which cannot be told to take none: what waits there has its turn however many come ahead of it. */
  get #hasRoomAhead(): boolean {
    return this.#executions.size < this.#maxConcurrent && this.#ahead + 1 < this.#maxConcurrent;
  }

  async #executeAhead(handler: RunHandler, ticket: RunTicket): Promise<void> {
    this.#ahead++;
    this.#makeRoom();
    await this.#execute(handler, ticket);
    this.#ahead--;
    this.#makeRoom();
  }

  /** What is advanced ahead of the queue takes the room of what is in it. */
  #makeRoom(): void {
    if (!this.#closing) this.#queue.resize(this.#maxConcurrent - this.#ahead);
  }

  async #execute(handler: RunHandler, ticket: RunTicket): Promise<void> {
    // A queue may have taken it just as it was stopped; others find the run.
    if (this.#closing) return;
    const execution = { runId: ticket.runId, controller: new AbortController() };
    this.#executions.add(execution);
    await handler(ticket, execution.controller.signal);
    this.#executions.delete(execution);
    if (this.#executions.size === 0) this.#onIdle();
  }
}
