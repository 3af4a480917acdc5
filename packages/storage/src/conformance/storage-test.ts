import { afterAll, beforeAll, test } from 'vitest';
import type { Storage } from '../contract/storage.ts';

/** Opens a storage, each call another one; for the same `data` on the same data. */
export type OpenStorage = (data: string) => Promise<Storage>;

/** The data that most tests share. */
export const SHARED_DATA = 'shared';

/** vitest's `it`, whose tests are given the storage under test. */
export type StorageTest = ReturnType<typeof createStorageTest>;

/** To be called inside a `describe`: all its tests share one storage, opened before the first and closed after the last. */
export function createStorageTest(open: OpenStorage) {
  return test.extend('storage', shareStorage(open));
}

/** A storage for all tests of the surrounding `describe`. */
export function shareStorage(open: OpenStorage): () => Storage {
  let storage: Storage | undefined;
  beforeAll(async () => {
    storage = await open(SHARED_DATA);
  });
  afterAll(async () => {
    await storage?.close();
  });
  return () => {
    if (!storage) throw new Error('The storage was not opened.');
    return storage;
  };
}
