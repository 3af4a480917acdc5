import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { StorageError } from '../contract/storage-error.ts';
import type { Storage } from '../contract/storage.ts';
import { chunksOf, noise } from './blobs.ts';
import { aStream, numbered } from './event-log.ts';
import { apply, assistantKey, aThread, insert, messageKey, newId, put, threadKey } from './sample-records.ts';
import type { OpenStorage, StorageTest } from './storage-test.ts';

/** Storages that are opened and closed to see what is left of them. */
const ROUNDS = 10;

const { signal } = new AbortController();
const stream = { partition: 'thread_closed', id: 'run_closed' };

/** One call of every method. */
const CALLS: [name: string, call: (storage: Storage) => Promise<unknown>][] = [
  ['get', (storage) => storage.get(threadKey())],
  ['getMany', (storage) => storage.getMany([])],
  ['list', (storage) => storage.list({ kind: 'assistant', path: [], limit: 1, order: 'asc' })],
  ['due', (storage) => storage.due('run', 1)],
  ['commit', (storage) => storage.commit({ writes: [insert(assistantKey())] })],
  ['a commit that is not allowed', (storage) => storage.commit({})],
  ['renew', (storage) => storage.renew([], { ms: 1 })],
  ['now', (storage) => storage.now()],
  ['events.append', (storage) => storage.events.append({ stream, fence: 0, events: [] })],
  ['events.read', (storage) => storage.events.read(stream, { after: 0, limit: 1 })],
  ['events.subscribe', (storage) => storage.events.subscribe(stream, () => {}, { signal })],
  ['events.finish', (storage) => storage.events.finish(stream, { retainMs: 0 })],
  ['blobs.put', (storage) => storage.blobs.put(newId('file'), chunksOf(noise(1)), { signal })],
  ['blobs.get', (storage) => storage.blobs.get(newId('file'), { signal })],
  ['blobs.delete', (storage) => storage.blobs.delete(newId('file'))],
];

/** Uses every part of a storage once. */
async function use(storage: Storage): Promise<void> {
  const { stream: own } = await aStream(storage);
  await storage.events.subscribe(own, () => {}, { signal });
  await storage.events.append({ stream: own, fence: 0, events: numbered(1, 3) });
  await storage.events.finish(own, { retainMs: 60_000 });
  const key = newId('file');
  await storage.blobs.put(key, chunksOf(noise(300_000)), { signal });
  const blob = await storage.blobs.get(key, { signal });
  for await (const chunk of blob?.content ?? []) if (chunk.byteLength > 0) break;
  await storage.due('run', 10);
  await storage.now();
}

/** What keeps this process alive: timers, sockets, …, each as often as there is one. */
function activeResources(): string[] {
  return process.getActiveResourcesInfo();
}

/**
 * Watches the timers that are set until `restore`, also those that do not keep the process alive; `left` is where those were set
 * that have neither fired nor been cleared.
 */
function watchTimers(): { left: () => string[]; restore: () => void } {
  const { setTimeout: setOnce, setInterval: setRepeated, clearTimeout: clear } = globalThis;
  const open = new Map<unknown, string>();
  const note = (timer: NodeJS.Timeout): NodeJS.Timeout => {
    open.set(timer, new Error('A timer was set').stack ?? '');
    return timer;
  };
  const drop = (timer?: NodeJS.Timeout | string | number): void => {
    open.delete(timer);
    clear(timer);
  };
  vi.stubGlobal('setTimeout', (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer = setOnce(() => {
      open.delete(timer);
      callback(...args);
    }, ms);
    return note(timer);
  });
  vi.stubGlobal('setInterval', (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    note(setRepeated(callback, ms, ...args)),
  );
  vi.stubGlobal('clearTimeout', drop);
  vi.stubGlobal('clearInterval', drop);
  return { left: () => [...open.values()], restore: () => void vi.unstubAllGlobals() };
}

/** What is there now and was not before. */
function leaked(before: readonly string[]): string[] {
  const known = [...before];
  return activeResources().filter((resource) => {
    const index = known.indexOf(resource);
    if (index !== -1) known.splice(index, 1);
    return index === -1;
  });
}

export function describeLifecycle(it: StorageTest, open: OpenStorage): void {
  describe('the clock', () => {
    it('counts whole ms since 1970 and does not go back', async ({ storage }) => {
      const day = 86_400_000;
      let last = 0;
      for (let call = 0; call < 100; call++) {
        const now = await storage.now();
        expect(Number.isInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
      }
      expect(Math.abs(last - Date.now())).toBeLessThan(day);
    });

    it('goes on', async ({ storage }) => {
      const before = await storage.now();
      await sleep(100);
      const passed = (await storage.now()) - before;
      expect(passed).toBeGreaterThanOrEqual(50);
      expect(passed).toBeLessThan(10_000);
    });
  });

  describe('a storage', () => {
    it('has a name for people', ({ storage }) => {
      expect(storage.name).toMatch(/^\S+$/);
    });

    it('rejects and never throws', async ({ storage }) => {
      const thread = await aThread(storage);
      const wrong: [() => Promise<unknown>, code: string][] = [
        [() => storage.commit({}), 'invalid_request'],
        [() => storage.commit({ writes: [put(thread), put(threadKey())] }), 'invalid_request'],
        [() => storage.getMany([thread, threadKey()]), 'invalid_request'],
        [() => storage.blobs.put('a/b', chunksOf(), { signal }), 'invalid_request'],
      ];
      for (const [call, code] of wrong) {
        const error: unknown = await call().then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(StorageError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({ code, retryable: false });
      }
    });
  });

  describe('close', () => {
    it('may be called twice, also at once', async () => {
      const storage = await open(newId('data'));
      await use(storage);
      await Promise.all([storage.close(), storage.close()]);
      await storage.close();
    });

    it('may be called first of all', async () => {
      const storage = await open(newId('data'));
      await storage.close();
    });

    it.for(CALLS)('has every later call reject `closed`: %s', async ([, call]) => {
      const storage = await open(newId('data'));
      await storage.close();
      const error: unknown = await call(storage).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(StorageError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code: 'closed', retryable: false });
    });

    it('leaves no call under way without an end', async () => {
      const storage = await open(newId('data'));
      const thread = await aThread(storage);
      const calls = Array.from({ length: 30 }, () => storage.commit({ writes: [insert(messageKey(thread))] }));
      const reads = Array.from({ length: 30 }, () => storage.get(thread));
      const [, ...results] = await Promise.allSettled([storage.close(), ...calls, ...reads]);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'closed' });
      }
    });

    it('ends timers and connections', async () => {
      const before = activeResources();
      const timers = watchTimers();
      // So many times that a leak shows whatever else comes and goes meanwhile.
      const data = newId('data');
      for (let round = 0; round < ROUNDS; round++) {
        const storage = await open(data);
        await use(storage);
        await apply(storage, { writes: [insert(assistantKey())] });
        await storage.close();
      }
      const left = (): string[] => [...leaked(before), ...(timers.left().length < ROUNDS ? [] : timers.left())];
      for (let attempt = 0; attempt < 250 && left().length > 0; attempt++) await sleep(20);
      timers.restore();
      expect(left()).toEqual([]);
    });

    it('of one storage leaves another one open', async ({ storage }) => {
      const other = await open(newId('data'));
      const thread = await aThread(storage);
      await other.close();
      expect(await storage.get(thread)).not.toBeNull();
      await apply(storage, { writes: [put(thread)] });
    });
  });
}
