import type { LoggedEvent } from '@cogitator-ai/openai-storage';

/** Where a reader of a run's events puts them. */
export interface EventSink {
  /**
   * Takes events in order, without gaps.
   *
   * @returns Whether more may follow at once. After `false` nothing is written until {@link EventSink.drained} resolves.
   */
  write(events: readonly LoggedEvent[]): boolean;

  /** Resolves when the sink can take more, or is gone. */
  drained(): Promise<void>;
}
