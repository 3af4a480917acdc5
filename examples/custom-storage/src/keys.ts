import type { EventStreamKey, LogEvent, RecordKey, RecordKind, StoredRecord } from '@cogitator-ai/openai-storage';

/** A key of the store, and what lies under it. */
export type Key<T> = string & { readonly holds?: T };

/** Keys from one to another, both left out. */
export interface Range<T> {
  readonly gt: Key<T>;
  readonly lt: Key<T>;
}

/** A record with what reads do not show but the next write has to take back. */
export interface Entry {
  readonly record: StoredRecord;
  readonly unique: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

/** How far a stream has come. */
export interface Stream {
  /** Another one whenever the stream begins at 1. */
  readonly generation: string;
  readonly fence: number;
  readonly lastSeq: number;
  /** Store time in ms at which it is forgotten, or `null` while it is in use. */
  readonly forgetAt: number | null;
}

/** A complete blob; its chunks lie under `name`. */
export interface Blob {
  readonly bytes: number;
  readonly sha256: string;
  readonly name: string;
}

/**
 * The store knows one thing: keys in the order of their bytes. So the keys are the design. Ids hold nothing but
 * `[A-Za-z0-9_-]`; `/` keeps them apart, and `~`, which is greater than all of these, ends a range. What is listed in some
 * order stands in the key in that order, the id last; numbers are padded so that they sort like numbers.
 */
export const recordKey = ({ kind, path, id }: RecordKey): Key<Entry> => join('record', kind, ...path, id);
export const filterKey = (key: RecordKey, name: string, value: string): Key<Key<Entry>> =>
  join('filter', key.kind, ...key.path, `${name}=${value}`, key.id);
export const dueKey = (key: RecordKey, dueAt: number): Key<Key<Entry>> =>
  join('due', key.kind, padded(dueAt), ...key.path, key.id);
/** Holds the id of the record that has the value. */
export const uniqueKey = (partition: string, value: string): Key<string> => join('unique', partition, value);
export const streamKey = ({ partition, id }: EventStreamKey): Key<Stream> => join('stream', partition, id);
export const eventKey = ({ partition, id }: EventStreamKey, seq: number): Key<LogEvent> =>
  join('event', partition, id, padded(seq));
export const forgetKey = ({ partition, id }: EventStreamKey, forgetAt: number): Key<EventStreamKey> =>
  join('forget', padded(forgetAt), partition, id);
export const blobKey = (key: string): Key<Blob> => join('blob', key);
export const chunkKey = (name: string, index: number): Key<Uint8Array> => join('chunk', name, padded(index));
/** Names chunks that belong to no blob: not yet, or no longer. */
export const looseKey = (name: string): Key<string> => join('loose', name);
/** Which design of keys the data have. */
export const VERSION_KEY: Key<number> = 'version';

/** The records of one collection; with the path cut short, of all collections below. */
export const recordsOf = (kind: RecordKind, path: readonly string[]): Range<Entry> => below('record', kind, ...path);
export const filteredBy = (
  { kind, path }: Pick<RecordKey, 'kind' | 'path'>,
  [name, value]: [name: string, value: string],
): Range<Key<Entry>> => below('filter', kind, ...path, `${name}=${value}`);
export const dueUntil = (kind: RecordKind, now: number): Range<Key<Entry>> => ({
  ...below('due', kind),
  lt: join('due', kind, padded(now + 1)),
});
export const eventsAfter = (stream: EventStreamKey, seq: number): Range<LogEvent> => ({
  ...below('event', stream.partition, stream.id),
  gt: eventKey(stream, seq),
});
export const forgottenBy = (now: number): Range<EventStreamKey> => ({
  ...below('forget'),
  lt: join('forget', padded(now + 1)),
});
export const chunksOf = (name: string): Range<Uint8Array> => below('chunk', name);
export const ALL_LOOSE: Range<string> = below('loose');

/** The part of a range between two ids, both left out. */
export const between = <T>({ gt, lt }: Range<T>, lower?: string, upper?: string): Range<T> => ({
  gt: gt + (lower ?? ''),
  lt: upper === undefined ? lt : gt + upper,
});

function join(...parts: string[]): string {
  return parts.join('/');
}

function below<T>(...parts: string[]): Range<T> {
  const start = `${join(...parts)}/`;
  return { gt: start, lt: `${start}~` };
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}
