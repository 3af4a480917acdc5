import { describe, expect } from 'vitest';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import { apply, aRun, aThread, insert, newId, put, runKey } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

const HOUR_MS = 3_600_000;
const ALL = 10_000;

async function isDue(storage: Storage, key: RecordKey): Promise<boolean> {
  return (await storage.due('run', ALL)).some((record) => record.key.id === key.id);
}

async function dueAtOf(storage: Storage, key: RecordKey): Promise<number> {
  return (await storage.get(key))?.dueAt ?? Number.NaN;
}

export function describeLeases(it: StorageTest): void {
  describe('leases', () => {
    it('move a due time to so many ms from now, and nothing else', async ({ storage }) => {
      const fields = { body: '{"b":1,"a":2}', state: '{"s":1}', fence: 3 };
      const now = await storage.now();
      const { thread, run } = await aRun(storage, { ...fields, dueAt: now - 10, unique: 'active' });
      expect(await storage.renew([{ key: run, fence: 3 }], { ms: HOUR_MS })).toEqual([true]);
      const record = await storage.get(run);
      expect(record).toEqual({ ...fields, key: run, version: 1, dueAt: record?.dueAt });
      expect(record?.dueAt).toBeGreaterThanOrEqual(now + HOUR_MS);
      expect(record?.dueAt).toBeLessThanOrEqual((await storage.now()) + HOUR_MS);
      const free = { check: 'free', key: run, unique: 'active' } as const;
      expect(await storage.commit({ checks: [free], writes: [put(thread)] })).toMatchObject({ ok: false });
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
    });

    it('make what was due not due, and due again', async ({ storage }) => {
      const { thread, run } = await aRun(storage, { fence: 1, dueAt: (await storage.now()) - 10 });
      expect(await isDue(storage, run)).toBe(true);
      await storage.renew([{ key: run, fence: 1 }], { ms: HOUR_MS });
      expect(await isDue(storage, run)).toBe(false);
      await apply(storage, { writes: [put(run, { fence: 1, dueAt: (await storage.now()) - 10 })] });
      await storage.renew([{ key: run, fence: 1 }], { ms: 0 });
      expect(await isDue(storage, run)).toBe(true);
      await apply(storage, { writes: [put(run, { fence: 1, dueAt: (await storage.now()) + HOUR_MS })] });
      await storage.renew([{ key: run, fence: 1 }], { ms: 0 });
      expect(await isDue(storage, run)).toBe(true);
      const { thread: other, run: later } = await aRun(storage, { dueAt: (await storage.now()) + HOUR_MS });
      await storage.renew([{ key: later, fence: 0 }], { ms: 0 });
      expect(await isDue(storage, later)).toBe(true);
      await apply(storage, { writes: [{ write: 'delete', key: other }] });
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
      expect(await isDue(storage, run)).toBe(false);
    });

    it('of another fence, of what is never due and of what is not there move nothing', async ({ storage }) => {
      const dueAt = (await storage.now()) + HOUR_MS;
      const held = await aRun(storage, { fence: 2, dueAt });
      const ended = await aRun(storage, { fence: 2 });
      const leases = [
        { key: held.run, fence: 1 },
        { key: held.run, fence: 3 },
        { key: ended.run, fence: 2 },
        { key: runKey(held.thread), fence: 0 },
        { key: runKey(held.thread, 'not an id/../'), fence: 0 },
        { key: { ...held.run, path: [newId('thread')] }, fence: 2 },
      ];
      expect(await storage.renew(leases, { ms: 5 })).toEqual(leases.map(() => false));
      expect(await dueAtOf(storage, held.run)).toBe(dueAt);
      expect(await storage.get(ended.run)).toMatchObject({ dueAt: null, version: 1 });
      for (const { thread } of [held, ended]) await apply(storage, { writes: [{ write: 'delete', key: thread }] });
    });

    it('are renewed by the hundred, of any threads and kinds, each by itself', async ({ storage }) => {
      const dueAt = (await storage.now()) + HOUR_MS;
      const threads = await Promise.all(Array.from({ length: 100 }, () => aThread(storage)));
      const runs = threads.map((thread) => runKey(thread));
      await Promise.all(runs.map((key, at) => apply(storage, { writes: [insert(key, { fence: at % 3, dueAt })] })));
      const file: RecordKey = { kind: 'file', path: [], id: newId('file') };
      await apply(storage, { writes: [insert(file, { fence: 1, dueAt })] });
      const leases = [...runs, file].map((key) => ({ key, fence: 1 }));
      const moved = await storage.renew(leases, { ms: 2 * HOUR_MS });
      expect(moved).toEqual([...runs.map((_, at) => at % 3 === 1), true]);
      for (const [at, key] of [...runs.slice(0, 6), file].entries()) {
        expect((await dueAtOf(storage, key)) > dueAt).toBe(at === 6 || at % 3 === 1);
      }
      for (const key of [...threads, file]) await apply(storage, { writes: [{ write: 'delete', key }] });
    });

    it('answer nothing for nothing', async ({ storage }) => {
      expect(await storage.renew([], { ms: 1 })).toEqual([]);
    });

    it('are lost to whoever raises the fence at the same time', async ({ storage }) => {
      const { thread, run } = await aRun(storage, { fence: 0, dueAt: (await storage.now()) + HOUR_MS });
      for (let fence = 1; fence <= 50; fence++) {
        const dueAt = (await storage.now()) + fence * HOUR_MS;
        const claim = apply(storage, { writes: [put(run, { fence, dueAt })] });
        await Promise.all([claim, storage.renew([{ key: run, fence: fence - 1 }], { ms: 1 })]);
        expect(await storage.get(run)).toMatchObject({ fence, version: fence + 1, dueAt });
        expect(await storage.renew([{ key: run, fence: fence - 1 }], { ms: 1 })).toEqual([false]);
      }
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
    });
  });
}
