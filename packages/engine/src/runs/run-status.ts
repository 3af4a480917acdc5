import type { RunStatus } from '@cogitator-ai/openai-protocol';

/** Where a run may go next. Source: run lifecycle of the Assistants API reference. */
const NEXT = {
  queued: ['in_progress', 'cancelling', 'failed', 'expired'],
  in_progress: ['requires_action', 'cancelling', 'completed', 'incomplete', 'failed', 'expired'],
  requires_action: ['queued', 'cancelling', 'failed', 'expired'],
  // Legal, too, would be the end it comes to before it is stopped; here it ends as it was asked to.
  cancelling: ['cancelled', 'expired'],
  cancelled: [],
  completed: [],
  failed: [],
  incomplete: [],
  expired: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** Whether a run may go from one status to another. */
export function mayBecome(from: RunStatus, to: RunStatus): boolean {
  return (NEXT[from] as readonly RunStatus[]).includes(to);
}
