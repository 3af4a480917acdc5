import { z } from 'zod';

export interface NumberRange {
  min: number;
  max?: number;
}

/** A whole number within bounds. */
export function integer({ min, max = Number.MAX_SAFE_INTEGER }: NumberRange) {
  return z.custom<number>().check(({ value, issues }) => {
    if (typeof value !== 'number' || Number.isNaN(value) || (Number.isFinite(value) && !Number.isInteger(value))) {
      issues.push({ code: 'invalid_type', expected: 'int', input: value });
      return;
    }
    const issue = rangeIssue('int', value, min, max);
    if (issue) issues.push(issue);
  });
}

/** A number within bounds. */
export function decimal({ min, max }: Required<NumberRange>) {
  return z.custom<number>().check(({ value, issues }) => {
    if (typeof value !== 'number' || Number.isNaN(value)) {
      issues.push({ code: 'invalid_type', expected: 'number', input: value });
      return;
    }
    const issue = rangeIssue('number', value, min, max);
    if (issue) issues.push(issue);
  });
}

/** A whole number as query strings and form fields carry it. Numbers are taken too, for callers in the same process. */
export function integerText({ min, max }: Required<NumberRange>) {
  return z.custom<string | number>().transform((input, { issues }) => {
    const value = typeof input === 'string' && /^-?\d{1,15}$/.test(input) ? Number(input) : input;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      issues.push({ code: 'invalid_type', expected: 'int', input });
      return z.NEVER;
    }
    const issue = rangeIssue('int', value, min, max);
    if (issue) issues.push(issue);
    return value;
  });
}

/** The origin tells `from-zod.ts` whether the text speaks of an integer or a decimal. */
function rangeIssue(origin: 'int' | 'number', value: number, min: number, max: number) {
  if (value < min) return { code: 'too_small', origin, minimum: min, inclusive: true, input: value } as const;
  if (value > max) return { code: 'too_big', origin, maximum: max, inclusive: true, input: value } as const;
  return null;
}
