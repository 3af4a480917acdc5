import type { Commit } from './commit.ts';
import { RECORD_KINDS, type RecordKey } from './records.ts';
import { StorageError } from './storage-error.ts';

/**
 * The partition a record belongs to: the id of its outermost owner, or the kind's name for a kind without owners.
 * Everything a {@link Commit} touches has the same partition.
 */
export function partitionOf(key: RecordKey): string {
  return RECORD_KINDS[key.kind].partition === null ? key.kind : (key.path[0] ?? key.id);
}

/** The records a key's record owns directly, as collections. */
export function ownedCollections(key: RecordKey): Pick<RecordKey, 'kind' | 'path'>[] {
  const path = [...key.path, key.id];
  return (Object.keys(RECORD_KINDS) as RecordKey['kind'][])
    .filter((kind) => RECORD_KINDS[kind].parent === key.kind)
    .map((kind) => ({ kind, path }));
}

/**
 * The one partition of a commit. For drivers, to be called first.
 *
 * @throws {@link StorageError} `invalid_request` when there is none or more than one.
 */
export function partitionOfCommit(commit: Commit): string {
  const partitions = new Set<string>();
  for (const { key } of commit.checks ?? []) partitions.add(partitionOf(key));
  for (const { key } of commit.writes ?? []) partitions.add(partitionOf(key));
  if (commit.events) partitions.add(commit.events.stream.partition);
  const [partition, other] = partitions;
  if (partition === undefined) throw new StorageError('invalid_request', 'A commit needs at least one write or events.');
  if (other !== undefined) {
    throw new StorageError('invalid_request', `A commit touches one partition, not '${partition}' and '${other}'.`);
  }
  return partition;
}
