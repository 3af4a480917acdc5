import type { TerminalRunStatus } from '@cogitator-ai/openai-protocol';

/** Told of the runs that this process advances, for whoever counts them. Must neither throw nor wait. */
export interface RunMetrics {
  /**
   * A run was taken up: begun, continued after its client had answered, or taken over.
   *
   * @param attempt - 1 unless it was taken over; then one more each time.
   */
  taken(attempt: number): void;

  ended(status: TerminalRunStatus): void;
}
