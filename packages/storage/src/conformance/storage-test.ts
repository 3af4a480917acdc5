import { afterAll, beforeAll, test } from 'vitest';
import type { Storage } from '../contract/storage.ts';

/** Opens a storage. Each call gives another one, on the same data or on none. */
export type OpenStorage = () => Promise<Storage>;

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
    storage = await open();
  });
  afterAll(async () => {
    await storage?.close();
  });
  return () => {
    if (!storage) throw new Error('The storage was not opened.');
    return storage;
  };
}
