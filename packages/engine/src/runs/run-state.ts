import type { StoredRecord } from '@cogitator-ai/openai-storage';

/** What is remembered of a run and no client sees. */
export interface RunState {
  /** Store time in ms at which the run expires. Its `dueAt` is sooner while somebody has to act on it: then others look after it. */
  readonly expiresAt: number;
  /** How often somebody has begun to advance it, beginning with 1; each further time the one before was lost. */
  readonly attempts: number;
  /** Whether the run's readers have asked for what its searches find. Default false. */
  readonly showsContent?: boolean;
}

export function runState({ state, dueAt }: Pick<StoredRecord<'run'>, 'state' | 'dueAt'>): RunState {
  // A version before leases left none: its runs were due at their expiry.
  return state === null ? { expiresAt: dueAt ?? 0, attempts: 1 } : (JSON.parse(state) as RunState);
}
