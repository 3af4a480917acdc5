import {
  type Check,
  type Commit,
  type CommitResult,
  type Insert,
  isRecordKey,
  ownerOf,
  type Put,
  type RecordKey,
  runOfStream,
  type Write,
} from '@cogitator-ai/openai-storage';
import type { Argument } from '../database/connection.ts';
import { type KeySpace, nameOf, ownedText } from '../database/key-space.ts';
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

export interface ScriptParameters {
  readonly keys: string[];
  readonly args: Argument[];
}

/** A commit as `commit.lua` reads it. Texts are passed as they are: to encode and decode them in Lua would cost more than the rest. */
export function commitParameters(
  { checks = [], writes = [], events }: Commit,
  partition: string,
  keySpace: KeySpace,
  settings: CommitSettings,
): ScriptParameters {
  const keys = new NumberedKeys();
  keys.numberOf(keySpace.unique(partition));
  const numberOf = (key: RecordKey): number => (isRecordKey(key) ? keys.numberOf(keySpace.record(key)) : 0);
  const { deadline, touched, unwritten } = settings;

  const args: Argument[] = [keySpace.partition(partition), deadline ?? '', checks.length + (unwritten ? 1 : 0)];
  for (const check of checks) args.push(check.check, numberOf(check.key), valueOf(check));
  if (unwritten) args.push('written', numberOf(unwritten.key), unwritten.since);

  args.push(writes.length);
  for (const write of writes) {
    const { key } = write;
    const isKey = isRecordKey(key);
    // The records of such a kind are listed by an index over all partitions.
    const isListed = isKey && !isPartition(key.kind);
    const collection = isListed ? keySpace.collection(key) : null;
    args.push(write.write, key.kind, numberOf(key), isKey ? nameOf(key) : '');
    args.push(collection === null ? 0 : keys.numberOf(collection), isKey ? key.id : '');
    const filters = collection === null ? [] : specOf(key.kind).filters;
    args.push(filters.length);
    for (const filter of filters) {
      const value = write.write === 'delete' ? '' : (write.filters?.[filter] ?? '');
      args.push(keys.numberOf(keySpace.filter(collection ?? '', filter)), `?${filter}`, value);
    }
    if (write.write === 'delete') args.push(ownedText(key));
    else args.push(...fieldsOf(write, numberOf));
  }

  if (events) {
    const { stream, fence } = events;
    const eventsKey = keySpace.events(stream);
    args.push(numberOf(runOfStream(stream)), keys.numberOf(eventsKey), keys.numberOf(keySpace.writer(stream)));
    args.push(settings.channelOf(eventsKey), fence, events.events.length);
    for (const { event, data } of events.events) args.push(event, data);
  } else {
    args.push('');
  }
  args.push(touched ? numberOf(touched) : '');
  return { keys: keys.list, args };
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

function valueOf(check: Check): Argument {
  if (check.check === 'free') return check.unique;
  if (check.check === 'version') return check.version;
  return check.check === 'fence' ? check.fence : '';
}

function fieldsOf(write: Insert | Put, numberOf: (key: RecordKey) => number): Argument[] {
  const owner = write.write === 'insert' ? ownerOf(write.key) : null;
  const { body, state, fence, dueAt, unique } = write;
  return [owner ? numberOf(owner) : '', body, state ?? '', fence ?? '', dueAt ?? '', unique ?? ''];
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
