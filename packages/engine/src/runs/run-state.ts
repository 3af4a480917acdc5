import type { StoredRecord } from '@cogitator-ai/openai-storage';

/** What is remembered of a run and no client sees. */
export interface RunState {
  /** Store time in ms at which the run expires. Its `dueAt` is sooner while somebody has to act on it: then others look after it. */
  readonly expiresAt: number;
  /** How often somebody has begun to advance it, beginning with 1; each further time the one before was lost. */
  readonly attempts: number;
}

export function runState({ state }: StoredRecord<'run'>): RunState {
  return JSON.parse(state ?? 'null') as RunState;
}
