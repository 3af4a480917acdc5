/** A run to be advanced. */
export interface RunTicket {
  threadId: string;
  runId: string;
}

/** Advances one run as far as it goes; resolves when the run is parked or ended. Never rejects. */
export type RunHandler = (ticket: RunTicket, signal: AbortSignal) => Promise<void>;

/** Decides where and when runs are advanced. */
export interface Dispatcher {
  /** Names the handler and starts taking tickets. Called once. */
  start(handler: RunHandler): void;

  /** Has the run advanced soon. A ticket for a run that needs nothing is harmless. */
  enqueue(ticket: RunTicket): void;

  /** Stops the model call and tools of a run that is being advanced, wherever that is: its state has changed. */
  interrupt(ticket: RunTicket): void;

  /**
   * Takes no more tickets and waits for the handlers that run.
   *
   * @param options.signal - Aborted when waiting must end; handlers still running are then aborted.
   */
  close(options: { signal: AbortSignal }): Promise<void>;
}
