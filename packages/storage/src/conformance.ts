import { describe } from 'vitest';
import { assertNode } from './conformance/assert-node.ts';
import { describeBlobStreaming } from './conformance/blob-streaming.ts';
import { describeBlobs } from './conformance/blobs.ts';
import { describeCascades } from './conformance/cascades.ts';
import { describeCommits } from './conformance/commits.ts';
import { describeDue } from './conformance/due.ts';
import { describeEventLog } from './conformance/event-log.ts';
import { describeEventSubscription } from './conformance/event-subscription.ts';
import { describeLeases } from './conformance/leases.ts';
import { describeLifecycle } from './conformance/lifecycle.ts';
import { describeLists } from './conformance/lists.ts';
import { describeNames } from './conformance/names.ts';
import { describeRaces } from './conformance/races.ts';
import { describeRecords } from './conformance/records.ts';
import { describeReopening } from './conformance/reopening.ts';
import { describeReplicas } from './conformance/replicas.ts';
import { createStorageTest } from './conformance/storage-test.ts';
import { describeUniques } from './conformance/uniques.ts';
import type { BlobStore } from './contract/blob-store.ts';
import type { Storage } from './contract/storage.ts';
import { createMemoryStorage } from './memory.ts';

/** What a driver may lack without breaking the contract. */
export type StorageGap =
  /** Several storages open on the same data: the driver serves one process only. */
  | 'replicas'
  /** Data that outlives its storage: the driver keeps it in memory. */
  | 'reopening'
  /** Blobs larger than memory: the driver keeps them there. */
  | 'streaming';

export interface StorageConformanceOptions {
  /** Gaps of the driver; their tests are reported as skipped. Default none. */
  without?: readonly StorageGap[];
}

/**
 * Proves a driver: defines vitest tests for every invariant of the storage contract, in the order in which a driver is written.
 * Each section can be run alone by its name: `vitest run -t 'acme > commits'`.
 *
 * @param name - Name of the driver in the report.
 * @param open - Opens a storage, each call another one. `data` names the data it is to be on. A driver without gaps may
 * ignore it and have all storages on one database, which may hold what earlier runs have left, as long as nothing else
 * writes to it meanwhile: the tests use fresh ids. Without `replicas` each name needs data of its own, such as a folder: two
 * storages are then open at once, but never on data of one name. Without `reopening` every storage may begin empty.
 */
export function runStorageConformance(
  name: string,
  open: (data: string) => Promise<Storage>,
  { without = [] }: StorageConformanceOptions = {},
): void {
  assertNode();
  const lacks = (gap: StorageGap): boolean => without.includes(gap);
  describe(`storage contract: ${name}`, { timeout: 60_000 }, () => {
    const it = createStorageTest(open);
    describe('records', () => {
      describeRecords(it);
      describeNames(it);
    });
    describe('commits', () => {
      describeCommits(it);
      describeUniques(it);
      describeCascades(it);
      describeRaces(it);
    });
    describe('lists', () => {
      describeLists(it);
    });
    describeDue(it);
    describeLeases(it);
    describe('events', () => {
      describeEventLog(it);
      describeEventSubscription(it);
    });
    describe('blobs', () => {
      describeBlobs(it);
      describeBlobStreaming(it, !lacks('streaming'));
    });
    describe('lifecycle', () => {
      describeLifecycle(it, open);
    });
    describe.skipIf(lacks('reopening'))('reopening', () => {
      describeReopening(open);
    });
    describe.skipIf(lacks('replicas'))('replicas', () => {
      describeReplicas(open);
    });
  });
}

/**
 * Proves a blob store by itself, such as one that a storage is given in place of its own: the section `blobs` of the suite.
 *
 * @param name - Name of the store in the report.
 * @param open - Opens the store, which may hold what earlier runs have left; it is closed after the last test.
 */
export function runBlobStoreConformance(
  name: string,
  open: () => Promise<BlobStore & { close(): Promise<void> }>,
  { without = [] }: { without?: readonly Extract<StorageGap, 'streaming'>[] } = {},
): void {
  assertNode();
  describe(`blob store contract: ${name}`, { timeout: 60_000 }, () => {
    const it = createStorageTest(async () => {
      const blobs = await open();
      return Object.assign(createMemoryStorage(), { blobs, close: () => blobs.close() });
    });
    describeBlobs(it);
    describeBlobStreaming(it, !without.includes('streaming'));
  });
}
