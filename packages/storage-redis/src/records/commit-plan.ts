import {
  type Check,
  type Commit,
  type CommitResult,
  isIdentifier,
  isRecordKey,
  ownerOf,
  type RecordKey,
  runOfStream,
  type Write,
} from '@cogitator-ai/openai-storage';
import type { Argument } from '../database/connection.ts';
import { type KeySpace, ownedText } from '../database/key-space.ts';
import { isPartition, specOf } from './kinds.ts';

/** What a commit is besides what its caller asked for. */
export interface CommitSettings {
  /** Store time in ms after which it must not be applied any more, or `null`. */
  readonly deadline: number | null;
  /** Name of the channel of a stream, by the stream's key. */
  readonly channelOf: (events: string) => string;
  /** The thread whose time of writing is noted, or `null`. */
  readonly touched: RecordKey<'thread'> | null;
  /** A thread that must not have been written since. */
  readonly unwritten?: { readonly key: RecordKey<'thread'>; readonly since: string };
}

export interface CommitPlan {
  readonly keys: string[];
  readonly args: Argument[];
}

/**
 * A commit as `commit.lua` reads it: one argument with all that is short, and the texts as they are. To encode and decode those in
 * Lua would cost more than the rest, and so would an argument for each number.
 */
export function planCommit(
  { checks = [], writes = [], events }: Commit,
  partition: string,
  keySpace: KeySpace,
  settings: CommitSettings,
): CommitPlan {
  const keys = new NumberedKeys();
  const numberOf = (key: RecordKey): number => (isRecordKey(key) ? keys.numberOf(keySpace.record(key)) : 0);
  const { deadline, touched, unwritten } = settings;
  const texts: string[] = [keySpace.partition(partition)];
  const words: (string | number)[] = [deadline ?? '-', keys.numberOf(keySpace.unique(partition))];

  words.push(checks.length + (unwritten ? 1 : 0));
  for (const check of checks) words.push(check.check, numberOf(check.key), valueOf(check));
  if (unwritten) words.push('written', numberOf(unwritten.key), unwritten.since);

  words.push(writes.length);
  for (const write of writes) {
    const { key } = write;
    // The records of other kinds are listed by an index over all partitions.
    const collection = isRecordKey(key) && !isPartition(key.kind) ? keySpace.collection(key) : null;
    words.push(write.write, numberOf(key), collection === null ? 0 : keys.numberOf(collection));
    const filters = collection === null ? [] : filtersOf(write);
    words.push(filters.length);
    for (const [name, value] of filters) {
      words.push(keys.numberOf(keySpace.filter(collection ?? '', name)), `?${name}`, value);
    }
    if (write.write === 'delete') {
      words.push(key.kind, (isRecordKey(key) && ownedText(key)) || '-');
      continue;
    }
    if (write.write === 'insert') {
      const owner = ownerOf(key);
      words.push(owner ? 'owner' : '-', owner ? numberOf(owner) : 0, write.fence ?? 0);
    } else {
      words.push(write.fence ?? '-');
    }
    words.push(write.dueAt ?? '-', write.unique ?? '-', write.state == null ? '-' : 'state');
    texts.push(write.body);
    if (write.state != null) texts.push(write.state);
  }

  if (events) {
    const { stream, fence } = events;
    const eventsKey = keySpace.events(stream);
    words.push('events', numberOf(runOfStream(stream)), keys.numberOf(eventsKey));
    words.push(keys.numberOf(keySpace.writer(stream)), fence, events.events.length);
    texts.push(settings.channelOf(eventsKey));
    for (const { event, data } of events.events) texts.push(event, data);
  } else {
    words.push('-');
  }
  words.push(touched ? numberOf(touched) : 0);
  return { keys: keys.list, args: [words.join(' '), ...texts] };
}

/** What `commit.lua` answers: `ok`, `late`, or a reason with what it is about. */
export type CommitReply = [answer: string, ...rest: (string | number | null)[]];

/** The answer for the caller, or `null` when the commit came too late to be applied. */
export function toCommitResult(
  [answer, ...rest]: CommitReply,
  { checks = [], writes = [], events }: Commit,
): CommitResult | null {
  if (answer === 'late') return null;
  if (answer === 'ok') return events ? { ok: true, lastEvent: Number(rest[0]) } : { ok: true };
  const [where, number, holder] = rest;
  if (where === 'events') {
    if (answer === 'fence') return { ok: false, conflict: { reason: 'fence', key: null } };
    return {
      ok: false,
      conflict: { reason: 'missing', key: runOfStream((events as NonNullable<typeof events>).stream) },
    };
  }
  const item = (where === 'check' ? checks : writes)[Number(number) - 1] as Check | Write;
  if (answer === 'taken') {
    const { unique } = item as { unique: string };
    return { ok: false, conflict: { reason: 'taken', unique, holder: String(holder).split('/').at(-1) ?? '' } };
  }
  const key = where === 'owner' ? (ownerOf(item.key) as RecordKey) : item.key;
  return { ok: false, conflict: { reason: answer as 'missing' | 'exists' | 'version' | 'fence', key } };
}

function valueOf(check: Check): string | number {
  if (check.check === 'version') return check.version;
  if (check.check === 'fence') return check.fence;
  // Nobody holds what cannot be a unique value.
  return check.check === 'free' && isIdentifier(check.unique) ? check.unique : '-';
}

/** The filters of a record that are set or may have been: those that an insert sets, all of what is there already. */
function filtersOf(write: Write): [name: string, value: string][] {
  const names = specOf(write.key.kind).filters;
  const values = write.write === 'delete' ? {} : (write.filters ?? {});
  const counts = (name: string): boolean => write.write !== 'insert' || name in values;
  return names.filter(counts).map((name) => [name, values[name] ?? '-']);
}

/** Keys with their numbers, as Lua counts them. */
class NumberedKeys {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.push(key);
      this.#numbers.set(key, number);
    }
    return number;
  }
}
