import { z } from 'zod';

export interface IntegerRange {
  min: number;
  max?: number;
}

/** A whole number within bounds. Issues name the origin `int`, which tells them from those of decimals. */
export function integer({ min, max = Number.MAX_SAFE_INTEGER }: IntegerRange) {
  return z.int().check(({ value, issues }) => {
    const issue = rangeIssue(value, min, max);
    if (issue) issues.push(issue);
  });
}

/** A whole number as query strings and form fields carry it. Numbers are taken too, for callers in the same process. */
export function integerText({ min, max = Number.MAX_SAFE_INTEGER }: IntegerRange) {
  return z.custom<string | number>().transform((input, { issues }) => {
    const value = typeof input === 'string' && /^-?\d{1,15}$/.test(input) ? Number(input) : input;
    const issue =
      typeof value === 'number' && Number.isInteger(value)
        ? rangeIssue(value, min, max)
        : ({ code: 'invalid_type', expected: 'int', input } as const);
    if (!issue) return value as number;
    issues.push(issue);
    return z.NEVER;
  });
}

function rangeIssue(value: number, min: number, max: number) {
  if (value < min) return { code: 'too_small', origin: 'int', minimum: min, inclusive: true, input: value } as const;
  if (value > max) return { code: 'too_big', origin: 'int', maximum: max, inclusive: true, input: value } as const;
  return null;
}
