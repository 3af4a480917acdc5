import { z } from 'zod';
import { propertyNameTooLong, tooManyProperties } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { METADATA_LIMITS } from '../metadata.ts';
import { isObject } from '../primitives/json-object.ts';
import { characterCount, isLongerThan } from '../primitives/text.ts';

/** What an attribute can be. */
export type AttributeValue = string | number | boolean;

/** Up to 16 values by which the files of a vector store are filtered; the limits are those of metadata. */
export const Attributes = z.custom<Record<string, AttributeValue>>().check(({ value, issues }) => {
  if (!isObject(value)) {
    issues.push({ code: 'invalid_type', expected: 'object', input: value });
    return;
  }
  const entries = Object.entries(value);
  const { pairs, keyLength, valueLength } = METADATA_LIMITS;
  const wrong = entries.find(([, each]) => !isAttributeValue(each));
  if (wrong) {
    // zod knows no such word; the error text does.
    const expected = 'string|number|boolean' as 'string';
    issues.push({ code: 'invalid_type', expected, input: wrong[1], path: [wrong[0]] });
    return;
  }
  if (entries.length > pairs) {
    issues.push(refusal(value, (param) => tooManyProperties(param, pairs, entries.length)));
    return;
  }
  for (const [key, each] of entries) {
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
export type Attributes = z.infer<typeof Attributes>;

function isAttributeValue(value: unknown): value is AttributeValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
