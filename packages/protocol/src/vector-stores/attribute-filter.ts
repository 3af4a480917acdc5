import { z } from 'zod';
import { tooDeeplyNested, tooManyComparisons } from '../errors/error-texts.ts';
import { refusal } from '../errors/refusal.ts';
import { boundedArray } from '../primitives/bounded-array.ts';
import { text } from '../primitives/text.ts';

/** Deepest nesting of compound filters. */
const MAX_DEPTH = 16;
/** Most comparisons of a filter, and values that it compares with, all together: each is made with every file. */
const MAX_VALUES = 1000;

const Key = text({ max: 64 }).min(1);
const Single = z.union([z.string(), z.number(), z.boolean()]);

/** Compares one attribute of a file with a value. */
const ComparisonFilter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte']), key: Key, value: Single }),
  z.strictObject({
    type: z.enum(['in', 'nin']),
    key: Key,
    value: boundedArray(z.union([z.string(), z.number()]), { max: MAX_VALUES }),
  }),
]);

/** Says which files are searched, by their attributes. */
export type AttributeFilter = z.infer<typeof ComparisonFilter> | { type: 'and' | 'or'; filters: AttributeFilter[] };

function filterOfDepth(depth: number): z.ZodType<AttributeFilter> {
  const inner: z.ZodType<AttributeFilter> =
    depth === MAX_DEPTH
      ? z.custom<AttributeFilter>().check(({ value, issues }) => {
          issues.push(refusal(value, (param) => tooDeeplyNested(param, MAX_DEPTH)));
        })
      : z.lazy(() => filterOfDepth(depth + 1));
  return z.discriminatedUnion('type', [
    ...ComparisonFilter.options,
    z.strictObject({
      type: z.enum(['and', 'or']),
      filters: boundedArray(inner, { min: 1, max: MAX_VALUES }),
    }),
  ]) as z.ZodType<AttributeFilter>;
}

function countValues(filter: AttributeFilter): number {
  if (filter.type === 'in' || filter.type === 'nin') return Math.max(1, filter.value.length);
  if (filter.type !== 'and' && filter.type !== 'or') return 1;
  return filter.filters.reduce((count, each) => count + countValues(each), 0);
}

/** Source: OpenAPI ComparisonFilter and CompoundFilter. */
export const AttributeFilter = filterOfDepth(0).check(({ value, issues }) => {
  const count = countValues(value);
  if (count > MAX_VALUES) issues.push(refusal(value, (param) => tooManyComparisons(param, MAX_VALUES, count)));
});
