import type { Commit } from './commit.ts';
import type { EventStreamKey } from './event-log.ts';
import { isIdentifier } from './identifier.ts';
import { type ListRequest, RECORD_KINDS, type RecordKey, type RecordKind, type RecordKindSpec } from './records.ts';
import { StorageError } from './storage-error.ts';

/**
 * The partition a record belongs to: the id of its outermost owner, or the kind's name for a kind without partitions.
 * Everything a {@link Commit} touches has the same partition.
 */
export function partitionOf(key: RecordKey): string {
  return RECORD_KINDS[key.kind].partition === null ? key.kind : (key.path[0] ?? key.id);
}

/** The record that owns a key's record, or `null` for a kind without owners. */
export function ownerOf(key: RecordKey): RecordKey | null {
  const { parent } = RECORD_KINDS[key.kind];
  const id = key.path.at(-1);
  return parent === null || id === undefined ? null : { kind: parent, path: key.path.slice(0, -1), id };
}

/** The records a key's record owns directly, as collections. */
export function ownedCollections(key: RecordKey): Pick<RecordKey, 'kind' | 'path'>[] {
  const path = [...key.path, key.id];
  return (Object.keys(RECORD_KINDS) as RecordKind[])
    .filter((kind) => RECORD_KINDS[kind].parent === key.kind)
    .map((kind) => ({ kind, path }));
}

/** The run that a stream of events belongs to. */
export function runOfStream({ partition, id }: EventStreamKey): RecordKey<'run'> {
  return { kind: 'run', path: [partition], id };
}

/**
 * Whether there can be a record of this key: its ids are identifiers and its path names as many owners as its kind has.
 * A client may have sent any text as an id; a driver that cannot look up any text asks here first.
 */
export function isRecordKey({ kind, path, id }: RecordKey): boolean {
  return isIdentifier(id) && isPath(kind, path);
}

/** Whether a list can hold anything: its path, cursors and values are identifiers, its filters those of the kind. */
export function isListRequest({ kind, path, after, before, where = {} }: ListRequest): boolean {
  return (
    isPath(kind, path) &&
    [after, before, ...Object.values(where)].every((text) => text === undefined || isIdentifier(text)) &&
    Object.keys(where).every((name) => hasFilter(kind, name))
  );
}

/**
 * The one partition of a commit. For drivers, to be called first: it refuses every commit the contract does not allow.
 *
 * @throws {@link StorageError} `invalid_request`.
 */
export function partitionOfCommit({ checks = [], writes = [], events }: Commit): string {
  if (writes.length === 0 && !events) throw invalid('A commit needs at least one write or events.');
  const keys = [...checks, ...writes].map(({ key }) => key);
  if (events) keys.push(runOfStream(events.stream));

  const written = new Set<string>();
  const deleted = new Set<string>();
  for (const write of writes) {
    const name = nameOf(write.key);
    if (written.has(name)) throw invalid(`A commit writes a record once, not '${name}' twice.`);
    written.add(name);
    if (write.write === 'delete') {
      deleted.add(name);
      continue;
    }
    if (
      write.write === 'insert' &&
      !(isIdentifier(write.key.id) && write.key.path.length === depthOf(write.key.kind))
    ) {
      throw invalid(`No record can have the key '${name}'.`);
    }
    if (typeof write.unique === 'string' && !isIdentifier(write.unique)) {
      throw invalid(`'${write.unique}' cannot be a unique value.`);
    }
    for (const [filter, value] of Object.entries(write.filters ?? {})) {
      if (!hasFilter(write.key.kind, filter)) throw invalid(`A ${write.key.kind} has no filter '${filter}'.`);
      if (!isIdentifier(value)) throw invalid(`'${value}' cannot be the value of a filter.`);
    }
  }
  if (deleted.size > 0) {
    const remaining = writes.filter(({ write }) => write !== 'delete').map(({ key }) => key);
    for (const key of events ? [...remaining, runOfStream(events.stream)] : remaining) {
      for (let owner: RecordKey | null = key; owner; owner = ownerOf(owner)) {
        if (deleted.has(nameOf(owner)))
          throw invalid(`A commit writes nothing below '${nameOf(owner)}', which it deletes.`);
      }
    }
  }
  return partitionOfKeys(keys);
}

/**
 * The one partition of several keys.
 *
 * @throws {@link StorageError} `invalid_request` when there is none or more than one.
 */
export function partitionOfKeys(keys: readonly RecordKey[]): string {
  const [partition, other] = new Set(keys.map(partitionOf));
  if (partition === undefined) throw invalid('There is no partition without a key.');
  if (other !== undefined) throw invalid(`One partition at a time, not '${partition}' and '${other}'.`);
  return partition;
}

function isPath(kind: RecordKind, path: readonly string[]): boolean {
  return path.length === depthOf(kind) && path.every(isIdentifier);
}

/** How many owners a record of this kind has. */
function depthOf(kind: RecordKind): number {
  const { parent }: RecordKindSpec = RECORD_KINDS[kind];
  return parent === null ? 0 : depthOf(parent) + 1;
}

function hasFilter(kind: RecordKind, name: string): boolean {
  const { filters }: RecordKindSpec = RECORD_KINDS[kind];
  return filters.includes(name);
}

function nameOf({ kind, path, id }: RecordKey): string {
  return [kind, ...path, id].join('/');
}

function invalid(message: string): StorageError {
  return new StorageError('invalid_request', message);
}
