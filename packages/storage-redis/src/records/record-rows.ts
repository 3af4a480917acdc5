import type { ListRequest, RecordKey, RecordKind, StoredRecord } from '@cogitator-ai/openai-storage';

/** A record as it is stored: the fields {@link FIELDS}, `null` where there is none. */
export type Row = readonly (string | null)[];

export const FIELDS = ['body', 'state', 'version', 'fence', 'due'];

export function toRecord<K extends RecordKind>(key: RecordKey<K>, row: Row): StoredRecord<K> | null {
  const [body, state = null, version, fence, due = null] = row;
  if (typeof body !== 'string') return null;
  return {
    key: { kind: key.kind, path: [...key.path], id: key.id },
    body,
    state,
    version: Number(version),
    fence: Number(fence ?? 0),
    dueAt: due === null ? null : Number(due),
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
