import { z } from 'zod';

export const RunStatus = z.enum([
  'queued',
  'in_progress',
  'requires_action',
  'cancelling',
  'cancelled',
  'failed',
  'completed',
  'incomplete',
  'expired',
]);
export type RunStatus = z.infer<typeof RunStatus>;

/** Statuses in which a run holds the lock on its thread. */
export const ACTIVE_RUN_STATUSES = [
  'queued',
  'in_progress',
  'requires_action',
  'cancelling',
] as const satisfies readonly RunStatus[];
export type ActiveRunStatus = (typeof ACTIVE_RUN_STATUSES)[number];

/** Statuses a run never leaves. */
export const TERMINAL_RUN_STATUSES = [
  'completed',
  'failed',
  'cancelled',
  'expired',
  'incomplete',
] as const satisfies readonly RunStatus[];
export type TerminalRunStatus = (typeof TERMINAL_RUN_STATUSES)[number];

const terminal: ReadonlySet<RunStatus> = new Set(TERMINAL_RUN_STATUSES);

export function isTerminalRunStatus(status: RunStatus): status is TerminalRunStatus {
  return terminal.has(status);
}
