import { type Commit, isIdentifier, isRecordKey, ownerOf } from '@cogitator-ai/openai-storage';
import type { KeySpace } from '../database/key-space.ts';
import type { CommitPlan } from './commit-plan.ts';
import { isPartition } from './kinds.ts';

/**
 * A commit as `insert.lua` reads it, or `null` when it is more than that: records that have to exist, the owner among them, then
 * perhaps a value that has to be free, and one new record with nothing but body and state.
 */
export function planInsert(
  { checks = [], writes = [], events }: Commit,
  partition: string,
  keySpace: KeySpace,
): CommitPlan | null {
  const [write] = writes;
  if (events || writes.length !== 1 || write?.write !== 'insert') return null;
  const { key, body, state, fence = 0, dueAt, unique, filters } = write;
  if (dueAt != null || unique != null || filters !== undefined || isPartition(key.kind) || !isRecordKey(key))
    return null;

  const collection = keySpace.collection(key);
  const keys = [collection + key.id, collection, keySpace.unique(partition)];
  const args = [key.id, body, `1 ${fence} - ${state ?? ''}`];
  const owner = ownerOf(key);
  let hasOwner = owner === null;
  for (const [index, check] of checks.entries()) {
    if (!isRecordKey(check.key)) return null;
    if (check.check === 'exists') {
      keys.push(keySpace.record(check.key));
      hasOwner ||= check.key.kind === owner?.kind && check.key.id === owner.id;
    } else if (check.check === 'free' && index === checks.length - 1 && isIdentifier(check.unique)) {
      args.push(check.unique);
    } else {
      return null;
    }
  }
  return hasOwner ? { keys, args } : null;
}
