import { expect, it } from 'vitest';
import { isListRequest, isRecordKey, ownedCollections, ownerOf, partitionOf } from './partition.ts';
import { RECORD_KINDS, type RecordKey, type RecordKind, type RecordKindSpec } from './records.ts';

const step: RecordKey = { kind: 'run_step', path: ['t', 'r'], id: 's' };

it('climbs from a record to its partition', () => {
  const run: RecordKey = { kind: 'run', path: ['t'], id: 'r' };
  const thread: RecordKey = { kind: 'thread', path: [], id: 't' };
  expect(ownerOf(step)).toEqual(run);
  expect(ownerOf(run)).toEqual(thread);
  expect(ownerOf(thread)).toBeNull();
  expect([step, run, thread].map(partitionOf)).toEqual(['t', 't', 't']);
  expect(partitionOf({ kind: 'file', path: [], id: 'f' })).toBe('file');
});

it('descends from a record to what it owns', () => {
  expect(ownedCollections({ kind: 'thread', path: [], id: 't' })).toEqual([
    { kind: 'message', path: ['t'] },
    { kind: 'run', path: ['t'] },
  ]);
  expect(ownedCollections({ kind: 'run', path: ['t'], id: 'r' })).toEqual([{ kind: 'run_step', path: ['t', 'r'] }]);
  expect(ownedCollections(step)).toEqual([]);
});

it('knows keys and lists that can be', () => {
  expect(isRecordKey(step)).toBe(true);
  expect(isRecordKey({ ...step, path: ['t'] })).toBe(false);
  expect(isRecordKey({ ...step, path: ['t', ''] })).toBe(false);
  expect(isRecordKey({ ...step, id: 'a b' })).toBe(false);
  const request = { kind: 'message', path: ['t'], limit: 1, order: 'asc' } as const;
  expect(isListRequest({ ...request, after: 'a', before: 'b', where: { run_id: 'r' } })).toBe(true);
  expect(isListRequest({ ...request, after: undefined, where: undefined })).toBe(true);
  expect(isListRequest({ ...request, after: '' })).toBe(false);
  expect(isListRequest({ ...request, where: { purpose: 'r' } })).toBe(false);
});

it.for(Object.keys(RECORD_KINDS) as RecordKind[])(
  'places the kind %s in the partition of its outermost owner',
  (kind) => {
    const { parent, partition }: RecordKindSpec = RECORD_KINDS[kind];
    expect(parent === null ? [null, kind] : [RECORD_KINDS[parent].partition]).toContain(partition);
    // What has owners shares a partition with them; that needs a partition with an id.
    expect(parent === null || partition !== null).toBe(true);
  },
);
