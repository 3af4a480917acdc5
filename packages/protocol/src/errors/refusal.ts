import type { z } from 'zod';
import type { ApiError } from './api-error.ts';

/** Makes the error of a value once the place of that value in the request is known, such as `tools[0].function.name`. */
export type ErrorAt = (param: string) => ApiError;

/** An issue with a text of its own, for checks whose error is not one of the general kinds. */
export function refusal(input: unknown, toError: ErrorAt, path: PropertyKey[] = []) {
  return { code: 'custom', input, path, params: { toError } } as const satisfies z.core.$ZodRawIssue;
}

/** The error a `refusal` carries, if `issue` is one. */
export function refusalError(issue: z.core.$ZodIssueCustom): ErrorAt | undefined {
  return issue.params?.['toError'] as ErrorAt | undefined;
}
