/** A run to be advanced. */
export interface RunTicket {
  threadId: string;
  runId: string;
  /** The run's fence when the ticket was made. Two tickets of the same run and fence ask for the same. */
  fence: number;
}

/**
 * Runs that wait to be advanced, for all processes that share it. It may lose tickets and give one out twice: the run itself says
 * whether there is something to do, and a sweep finds those that nobody has begun.
 */
export interface RunQueue {
  /**
   * Adds a ticket behind the others, or before them; nothing happens when the same is there already.
   *
   * Rejects when the queue cannot be reached.
   */
  add(ticket: RunTicket, options?: { first?: boolean }): Promise<void>;

  /**
   * Takes tickets in their order, `concurrency` at a time, until {@link RunQueue.stop}. Called once at most.
   *
   * @param handle - Resolves when the run is advanced as far as it goes. Never rejects.
   */
  work(handle: (ticket: RunTicket) => Promise<void>, options: { concurrency: number }): void;

  /** Changes how many tickets are taken at a time, at least 1. One more than that may still come, which was waited for before. */
  resize(concurrency: number): void;

  /** Takes no more tickets. Those that were taken go on. */
  stop(): Promise<void>;
}
