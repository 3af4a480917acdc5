import type { Usage } from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { Searches } from '../file-search/search-answer.ts';

/** What is remembered about a step whose calls are all there. */
export interface StepState {
  /** What its turn has cost: the wire shows it only when the step completes. */
  readonly usage: Usage;
  /** Left out when there are none. */
  readonly searches?: Searches;
}

/** What was remembered, or `null`: its calls are not all there, or it remembers none that matters. */
export function stepState({ state }: StoredRecord<'run_step'>): StepState | null {
  return state === null ? null : (JSON.parse(state) as StepState);
}
