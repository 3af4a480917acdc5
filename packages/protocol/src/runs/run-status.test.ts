import { expect, it } from 'vitest';
import { ACTIVE_RUN_STATUSES, isTerminalRunStatus, RunStatus, TERMINAL_RUN_STATUSES } from './run-status.ts';

it('knows every status as either active or terminal', () => {
  expect([...ACTIVE_RUN_STATUSES, ...TERMINAL_RUN_STATUSES].sort()).toEqual([...RunStatus.options].sort());
  expect(RunStatus.options.filter(isTerminalRunStatus).sort()).toEqual([...TERMINAL_RUN_STATUSES].sort());
});
