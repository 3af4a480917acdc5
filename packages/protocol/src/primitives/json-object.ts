import { z } from 'zod';
import { tooDeeplyNested } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';

/** Deepest nesting taken from a client. Serialising a value some thousand levels deep overflows the stack. */
const MAX_DEPTH = 128;

/** Any JSON object, kept as it came. */
export const JsonObject = z.custom<Record<string, unknown>>().check(({ value, issues }) => {
  if (!isObject(value)) {
    issues.push({ code: 'invalid_type', expected: 'object', input: value });
  } else if (isDeeperThan(value, MAX_DEPTH)) {
    issues.push(refusal(value, (param) => tooDeeplyNested(param, MAX_DEPTH)));
  }
});
export type JsonObject = z.infer<typeof JsonObject>;

/** Whether `value` is an object in the sense of JSON: no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    if (isDeeperThan((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}
