import { z } from 'zod';
import { propertyNameTooLong, tooManyProperties } from './errors/error-texts.ts';
import { refusal } from './errors/refusal.ts';
import { isObject } from './primitives/json-object.ts';
import { characterCount, isLongerThan } from './primitives/text.ts';

/** Limits of `metadata` and of attributes; lengths in characters (code points). */
export const METADATA_LIMITS = { pairs: 16, keyLength: 64, valueLength: 512 } as const;

/**
 * Up to 16 pairs that a client attaches to an object, within {@link METADATA_LIMITS}.
 *
 * @param expected - What a value has to be, as `EXPECTED_WORDS` of the error texts names it.
 */
export function pairsOf<Value extends string | number | boolean>(
  isValue: (value: unknown) => value is Value,
  expected: string,
) {
  return z.custom<Record<string, Value>>().check(({ value, issues }) => {
    // One pass instead of a record schema: metadata is on every request, and a wrong type must win over any limit.
    if (!isObject(value)) {
      issues.push({ code: 'invalid_type', expected: 'object', input: value });
      return;
    }
    const keys = Object.keys(value);
    for (const key of keys) {
      if (!isValue(value[key])) {
        // Not all of them are words of zod's.
        issues.push({ code: 'invalid_type', expected: expected as 'string', input: value[key], path: [key] });
        return;
      }
    }
    const { pairs, keyLength, valueLength } = METADATA_LIMITS;
    if (keys.length > pairs) {
      issues.push(refusal(value, (param) => tooManyProperties(param, pairs, keys.length)));
      return;
    }
    for (const key of keys) {
      const each = value[key];
      if (isLongerThan(key, keyLength)) {
        issues.push(refusal(value, (param) => propertyNameTooLong(param, key, keyLength, characterCount(key))));
        return;
      }
      if (typeof each === 'string' && isLongerThan(each, valueLength)) {
        issues.push({
          code: 'too_big',
          origin: 'string',
          maximum: valueLength,
          inclusive: true,
          input: each,
          path: [key],
        });
        return;
      }
    }
  });
}

/** Up to 16 pairs of strings a client attaches to an object. */
export const Metadata = pairsOf((value) => typeof value === 'string', 'string');
export type Metadata = z.infer<typeof Metadata>;
