import { z } from 'zod';
import { ListQuery } from '../pagination.ts';
import { boundedArray } from '../primitives/bounded-array.ts';

/** Parts of run steps that are left out unless asked for. */
export const RunStepInclude = z.enum(['step_details.tool_calls[*].file_search.results[*].content']);
export type RunStepInclude = z.infer<typeof RunStepInclude>;

/** Query of routes whose answer may include more: `include[]=…`, here as the list of its values. */
export const IncludeQuery = z.object({ include: boundedArray(RunStepInclude, { max: 16 }).optional() });
export type IncludeQuery = z.infer<typeof IncludeQuery>;

/** Query of `GET …/runs/{run_id}/steps`. */
export const ListRunStepsQuery = z.object({ ...ListQuery.shape, ...IncludeQuery.shape });
export type ListRunStepsQuery = z.infer<typeof ListRunStepsQuery>;
