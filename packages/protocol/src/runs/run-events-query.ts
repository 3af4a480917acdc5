import { z } from 'zod';
import { integerText } from '../primitives/number.ts';

/** Query of `GET …/runs/{run_id}/events`, which is not of the API. */
export const RunEventsQuery = z.object({
  /** Number of the event before the first one wanted, 0 for all. Default that of the header `Last-Event-ID`, else 0. */
  after: integerText({ min: 0, max: Number.MAX_SAFE_INTEGER }).default(0),
});
export type RunEventsQuery = z.infer<typeof RunEventsQuery>;
