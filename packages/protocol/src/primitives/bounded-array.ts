import { z } from 'zod';

/**
 * An array of `min` to `max` items.
 *
 * The length is checked before any item is looked at, so that a huge array of bad items costs one issue, not one each.
 */
export function boundedArray<Item extends z.ZodType>(item: Item, { min = 0, max }: { min?: number; max: number }) {
  return z
    .custom<z.input<Item>[]>()
    .check(({ value, issues }) => {
      if (!Array.isArray(value)) {
        issues.push({ code: 'invalid_type', expected: 'array', input: value });
      } else if (value.length > max) {
        issues.push({ code: 'too_big', origin: 'array', maximum: max, inclusive: true, input: value });
      } else if (value.length < min) {
        issues.push({ code: 'too_small', origin: 'array', minimum: min, inclusive: true, input: value });
      }
    })
    .pipe(z.array(item));
}
