import {
  type Check,
  type Commit,
  type Conflict,
  type Insert,
  isIdentifier,
  isRecordKey,
  ownerOf,
  partitionOf,
  type Put,
  type RecordKey,
  type RecordKind,
  runOfStream,
  type Write,
} from '@cogitator-ai/openai-storage';
import { KINDS_WITH_STATUS, OWNED_KINDS, ownerText, specOf } from './table.ts';

/** The parameters of the function `apply_commit`, in its order. */
export function commitParameters(
  { checks = [], writes = [], events }: Commit,
  partition: string,
  { schema, channel }: { schema: string; channel: string },
): unknown[] {
  const run = events && named(runOfStream(events.stream));
  const contents = writes.map((write) => (write.write === 'delete' ? null : write));
  return [
    locksOf([...checks, ...writes], partition, schema),
    JSON.stringify(checks.map(toCheck)),
    JSON.stringify(writes.map(toWrite)),
    contents.map((write) => write?.body ?? null),
    contents.map((write) => write?.state ?? null),
    run ? JSON.stringify({ t: run.o, r: run.i, f: events?.fence }) : null,
    events?.events.map(({ event }) => event) ?? [],
    events?.events.map(({ data }) => data) ?? [],
    OWNED_KINDS,
    channel,
  ];
}

/** A call of the function that does no more than insert a record of one kind. */
export interface InsertCall {
  readonly kind: RecordKind;
  readonly parameters: unknown[];
}

/** The call that does the same as the commit, or `null` when the commit is more than one insert. */
export function insertCall({ checks = [], writes = [], events }: Commit): InsertCall | null {
  const [write] = writes;
  if (!write || writes.length > 1 || write.write !== 'insert' || write.unique || events) return null;
  const { key } = write;
  const owner = ownerOf(key);
  const free = checks.flatMap((check) => (check.check === 'free' ? [check.unique] : []));
  const others = checks.filter(({ check }) => check !== 'free');
  if (!others.every((check) => check.check === 'exists' && owner && isSameKey(check.key, owner))) return null;
  const { partition, filters } = specOf(key.kind);
  if (partition === null && free.length > 0) return null;
  // The function asks for values before it asks for the owner, and in no order. That makes no difference to what the partition's
  // own record owns: without it nobody holds a value.
  const isInOrder = free.length === 0 || owner?.path.length === 0 || checks[0]?.check === 'free';
  if (free.length > 1 || !isInOrder) return null;
  const { k, o, i } = named(key);
  const { created_at: createdAt, status, ...columns } = columnsOf(write);
  return {
    kind: k,
    parameters: [
      o,
      i,
      write.body,
      write.state ?? null,
      write.fence ?? 0,
      write.dueAt ?? null,
      free.length > 0 ? free : null,
      createdAt ?? null,
      ...(KINDS_WITH_STATUS.has(k) ? [status ?? null] : []),
      ...filters.map((name) => columns[name] ?? null),
    ],
  };
}

/** What the database said does not hold. */
export function toConflict(refusal: Record<string, unknown>, { checks = [], writes = [], events }: Commit): Conflict {
  const { reason, check, write, owner } = refusal;
  if (reason === 'taken') {
    return { reason, unique: refusal['unique'] as string, holder: refusal['holder'] as string };
  }
  if (refusal['stream']) {
    return reason === 'fence' || !events
      ? { reason: 'fence', key: null }
      : { reason: 'missing', key: runOfStream(events.stream) };
  }
  const of = (checks[check as number] ?? writes[(write ?? owner) as number]) as Check | Write;
  const key = owner === undefined ? of.key : (ownerOf(of.key) ?? of.key);
  return { reason: reason as 'missing', key };
}

/**
 * Commits of one thread happen one after another. Those of a kind without partitions do not: their records are locked one by
 * one, and unique values by themselves.
 */
function locksOf(items: readonly (Check | Write)[], partition: string, schema: string): string[] {
  const [first] = items;
  // A partition that cannot be is that of keys which name nothing.
  if (!isIdentifier(partition)) return [];
  if (!first || specOf(first.key.kind).partition !== null) return [`${schema}/${partition}`];
  const values = items.flatMap((item) => ('unique' in item && item.unique ? [item.unique] : []));
  return [...new Set(values)].sort().map((value) => `${schema}/${partition}/${value}`);
}

function toCheck(check: Check): object {
  const { key } = check;
  if (check.check === 'free') return { c: 'free', p: partitionText(key), u: check.unique };
  const number = check.check === 'version' ? check.version : check.check === 'fence' ? check.fence : 0;
  return { c: check.check, ...named(key), n: number };
}

function toWrite(write: Write): object {
  const { key } = write;
  const base = { w: write.write, ...named(key) };
  if (write.write === 'delete') return base;
  const owner = write.write === 'insert' ? ownerOf(key) : null;
  return {
    ...base,
    p: partitionText(key),
    f: write.fence,
    d: write.dueAt ?? null,
    x: columnsOf(write),
    ...(write.unique ? { u: write.unique } : {}),
    ...(owner ? { ok: owner.kind, oo: named(owner).o, oi: named(owner).i } : {}),
  };
}

/** What people ask for, beside the body: the first such keys of an object are its own. */
function columnsOf({ key, body, filters = {} }: Insert | Put): Record<string, string | undefined> {
  const columns: Record<string, string | undefined> = {
    created_at: /"created_at":(\d{1,15})\b/.exec(body)?.[1],
    status: /"status":"([a-z_]+)"/.exec(body)?.[1],
  };
  for (const name of specOf(key.kind).filters) columns[name] = filters[name];
  return columns;
}

function isSameKey(a: RecordKey, b: RecordKey): boolean {
  return a.kind === b.kind && a.id === b.id && ownerText(a.path) === ownerText(b.path);
}

/** A key that no record can have, whatever text it holds, names nothing. */
function named(key: RecordKey): { k: RecordKind; o: string; i: string } {
  return isRecordKey(key) ? { k: key.kind, o: ownerText(key.path), i: key.id } : { k: key.kind, o: '/', i: '' };
}

function partitionText(key: RecordKey): string {
  const partition = partitionOf(key);
  return isIdentifier(partition) ? partition : '';
}
