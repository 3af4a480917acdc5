import type { ListRequest, RecordKey, RecordKind, StoredRecord } from '@cogitator-ai/openai-storage';

/**
 * Fields of a record's hash, two and no more: what a page costs is the number of fields. The head is version, fence, due time or
 * `-`, and state, with a space between.
 */
export const FIELDS = ['body', 'head'];

export function toRecord<K extends RecordKind>(
  key: RecordKey<K>,
  body: string | null | undefined,
  head: string | null | undefined,
): StoredRecord<K> | null {
  if (body == null || head == null) return null;
  const { version, fence, dueAt, state } = parseHead(head);
  return { key: { kind: key.kind, path: [...key.path], id: key.id }, body, state, version, fence, dueAt };
}

export function parseHead(head: string): Pick<StoredRecord, 'version' | 'fence' | 'dueAt' | 'state'> {
  const [version = '', fence = '', due = '-'] = head.split(' ', 3);
  const state = head.slice(version.length + fence.length + due.length + 3);
  return {
    version: Number(version),
    fence: Number(fence),
    dueAt: due === '-' ? null : Number(due),
    state: state === '' ? null : state,
  };
}

/** A stretch of a sorted set, in the order it is walked. */
export interface Walk {
  readonly isReverse: boolean;
  readonly from: string;
  readonly to: string;
}

/** Where a page begins and ends. A page before a cursor is read from the cursor on. */
export function walkOf({ order, after, before }: ListRequest, prefix = ''): Walk {
  const isBackwards = before !== undefined && after === undefined;
  const isReverse = (order === 'asc') === isBackwards;
  const [lower, upper] = order === 'asc' ? [after, before] : [before, after];
  // What follows the slash that ends a prefix, so that all that has the prefix is below.
  const [first, last] = prefix === '' ? ['-', '+'] : [`[${prefix}`, `(${prefix.slice(0, -1)}0`];
  const low = lower === undefined ? first : `(${prefix}${lower}`;
  const high = upper === undefined ? last : `(${prefix}${upper}`;
  return isReverse ? { isReverse, from: high, to: low } : { isReverse, from: low, to: high };
}
