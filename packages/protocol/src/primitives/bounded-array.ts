import { z } from 'zod';

/**
 * An array of `min` to `max` items.
 *
 * Stops at the first bad item: only one error is ever reported, and a body full of bad items would otherwise cost memory
 * and time for an issue each.
 */
export function boundedArray<Item extends z.ZodType>(item: Item, { min = 0, max }: { min?: number; max: number }) {
  return z.custom<z.input<Item>[]>().transform((value, { issues }): z.output<Item>[] => {
    if (!Array.isArray(value)) {
      issues.push({ code: 'invalid_type', expected: 'array', input: value });
      return z.NEVER;
    }
    if (value.length > max) {
      issues.push({ code: 'too_big', origin: 'array', maximum: max, inclusive: true, input: value });
      return z.NEVER;
    }
    if (value.length < min) {
      issues.push({ code: 'too_small', origin: 'array', minimum: min, inclusive: true, input: value });
      return z.NEVER;
    }
    const output: z.output<Item>[] = [];
    for (const [index, element] of value.entries()) {
      const result = item.safeParse(element);
      if (!result.success) {
        for (const issue of result.error.issues) {
          issues.push({ ...issue, path: [index, ...issue.path] } as z.core.$ZodRawIssue);
        }
        return z.NEVER;
      }
      output.push(result.data);
    }
    return output;
  });
}
