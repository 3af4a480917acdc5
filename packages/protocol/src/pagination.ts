import { z } from 'zod';
import { integerText } from './primitives/number.ts';

/** A cursor; `after=` with nothing behind it counts as none. */
const Cursor = z
  .string()
  .transform((id) => (id === '' ? undefined : id))
  .optional();

const Order = z.enum(['asc', 'desc']).default('desc');

/** Query of every cursor list. Parameters it does not know are dropped: clients of other services add their own. */
export const ListQuery = z.object({
  limit: integerText({ min: 1, max: 100 }).default(20),
  /** By creation; items of the same second keep the order they were made in. */
  order: Order,
  /** Items strictly behind this one in the chosen order. */
  after: Cursor,
  /** Items strictly ahead of this one in the chosen order. */
  before: Cursor,
});
export type ListQuery = z.infer<typeof ListQuery>;

/** Query of `GET /v1/files`, whose pages are larger. */
export const ListFilesQuery = z.object({
  limit: integerText({ min: 1, max: 10_000 }).default(10_000),
  order: Order,
  after: Cursor,
  purpose: z.string().optional(),
});
export type ListFilesQuery = z.infer<typeof ListFilesQuery>;

/** A page of a cursor list; the ids are null when it is empty. */
export interface ListResponse<T> {
  object: 'list';
  data: T[];
  first_id: string | null;
  last_id: string | null;
  has_more: boolean;
}

/** Schema of a page of `item`. */
export function ListResponse<Item extends z.ZodType>(item: Item) {
  return z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
}
