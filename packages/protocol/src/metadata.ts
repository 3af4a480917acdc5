import { z } from 'zod';
import { propertyNameTooLong, tooManyProperties } from './errors/error-texts.ts';
import { refusal } from './errors/refusal.ts';
import { isObject } from './primitives/json-object.ts';
import { characterCount, isLongerThan } from './primitives/text.ts';

/** Limits of `metadata`; lengths in characters (code points). */
export const METADATA_LIMITS = { pairs: 16, keyLength: 64, valueLength: 512 } as const;

/** Up to 16 pairs of strings a client attaches to an object. */
export const Metadata = z.custom<Record<string, string>>().check(({ value, issues }) => {
  // One pass instead of a record schema: metadata is on every request, and a wrong type must win over any limit.
  if (!isObject(value)) {
    issues.push({ code: 'invalid_type', expected: 'object', input: value });
    return;
  }
  const keys = Object.keys(value);
  for (const key of keys) {
    if (typeof value[key] !== 'string') {
      issues.push({ code: 'invalid_type', expected: 'string', input: value[key], path: [key] });
      return;
    }
  }
  const { pairs, keyLength, valueLength } = METADATA_LIMITS;
  if (keys.length > pairs) {
    issues.push(refusal(value, (param) => tooManyProperties(param, pairs, keys.length)));
    return;
  }
  for (const key of keys) {
    const text = value[key] as string;
    if (isLongerThan(key, keyLength)) {
      issues.push(refusal(value, (param) => propertyNameTooLong(param, key, keyLength, characterCount(key))));
      return;
    }
    if (isLongerThan(text, valueLength)) {
      issues.push({
        code: 'too_big',
        origin: 'string',
        maximum: valueLength,
        inclusive: true,
        input: text,
        path: [key],
      });
      return;
    }
  }
});
export type Metadata = z.infer<typeof Metadata>;
