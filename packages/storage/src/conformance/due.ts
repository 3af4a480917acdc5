import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { RECORD_KINDS, type RecordKey, type RecordKind } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import { apply, aRun, aThread, insert, newId, put, runKey } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

/** More than can be due in a database that only this suite uses. */
const ALL = 10_000;

const KINDS = Object.keys(RECORD_KINDS) as RecordKind[];

/** Those of the runs that are due, in the store's order. */
async function dueAmong(storage: Storage, runs: readonly RecordKey[]): Promise<string[]> {
  const ids = new Set(runs.map(({ id }) => id));
  const records = await storage.due('run', ALL);
  return records.map(({ key }) => key.id).filter((id) => ids.has(id));
}

async function deleteAll(storage: Storage, threads: readonly RecordKey[]): Promise<void> {
  for (const key of threads) await apply(storage, { writes: [{ write: 'delete', key }] });
}

export function describeDue(it: StorageTest): void {
  describe('due', () => {
    it('answers records across all owners, soonest first', async ({ storage }) => {
      const now = await storage.now();
      const ages = [20, 5000, 1, 300, 70_000];
      const threads = await Promise.all(ages.map(() => aThread(storage)));
      const runs = threads.map((thread) => runKey(thread));
      for (const [index, run] of runs.entries()) {
        await apply(storage, { writes: [insert(run, { dueAt: now - (ages[index] ?? 0) })] });
      }
      const soonestFirst = [4, 1, 3, 0, 2].map((index) => runs[index]?.id);
      expect(await dueAmong(storage, runs)).toEqual(soonestFirst);
      await deleteAll(storage, threads);
    });

    it('answers all that are due at one time, of one id below several owners among them', async ({ storage }) => {
      const dueAt = (await storage.now()) - 10;
      const threads = [await aThread(storage), await aThread(storage)];
      const id = newId('run');
      const runs = threads.flatMap((thread) => [runKey(thread, id), runKey(thread)]);
      for (const run of runs) await apply(storage, { writes: [insert(run, { dueAt })] });
      expect((await dueAmong(storage, runs)).toSorted()).toEqual(runs.map((run) => run.id).toSorted());
      await deleteAll(storage, threads.slice(0, 1));
      expect((await dueAmong(storage, runs)).toSorted()).toEqual(
        runs
          .slice(2)
          .map((run) => run.id)
          .toSorted(),
      );
      await deleteAll(storage, threads);
    });

    it('answers whole records, again and again until a write says otherwise', async ({ storage }) => {
      const dueAt = (await storage.now()) - 10;
      const fields = { body: '{"b":1,"a":2}', state: '{"s":1}', fence: 2, dueAt };
      const { thread, run } = await aRun(storage, { ...fields, unique: 'active' });
      for (let round = 0; round < 2; round++) {
        const records = await storage.due('run', ALL);
        expect(records.filter(({ key }) => key.id === run.id)).toEqual([{ ...fields, key: run, version: 1 }]);
      }
      await deleteAll(storage, [thread]);
    });

    it('answers records of every kind without owners, until they are deleted', async ({ storage }) => {
      const dueAt = (await storage.now()) - 10;
      for (const kind of KINDS.filter((name) => RECORD_KINDS[name].parent === null)) {
        const key = { kind, path: [], id: newId(kind) };
        await apply(storage, { writes: [insert(key, { dueAt })] });
        const find = async () => (await storage.due(kind, ALL)).filter((record) => record.key.id === key.id);
        expect(await find()).toMatchObject([{ key, dueAt }]);
        await apply(storage, { writes: [{ write: 'delete', key }] });
        expect(await find()).toEqual([]);
      }
    });

    it('answers no record before its time by the store’s clock, and each from then on', async ({ storage }) => {
      const dueAt = (await storage.now()) + 250;
      const { thread, run } = await aRun(storage, { dueAt });
      let early = false;
      await vi.waitFor(
        async () => {
          const ids = await dueAmong(storage, [run]);
          early ||= ids.length > 0 && (await storage.now()) < dueAt;
          expect(ids).toEqual([run.id]);
        },
        { timeout: 10_000, interval: 20 },
      );
      expect(early).toBe(false);
      await deleteAll(storage, [thread]);
    });

    it('does not answer what is due in a year, nor what is never due', async ({ storage }) => {
      const later = await aRun(storage, { dueAt: (await storage.now()) + 365 * 86_400_000 });
      const never = await aRun(storage);
      await sleep(20);
      expect(await dueAmong(storage, [later.run, never.run])).toEqual([]);
      await deleteAll(storage, [later.thread, never.thread]);
    });

    it('answers at most `limit` records, the soonest', async ({ storage }) => {
      const thread = await aThread(storage);
      const runs = Array.from({ length: 5 }, () => runKey(thread));
      // Before everything else that may be due.
      await apply(storage, { writes: runs.map((run, index) => insert(run, { dueAt: 5 - index })) });
      const records = await storage.due('run', 3);
      expect(records.map(({ key }) => key.id)).toEqual([runs[4]?.id, runs[3]?.id, runs[2]?.id]);
      await deleteAll(storage, [thread]);
    });

    it('follows a put: another time, or none', async ({ storage }) => {
      const now = await storage.now();
      const { thread, run } = await aRun(storage, { dueAt: now - 1000 });
      await apply(storage, { writes: [put(run, { dueAt: now + 86_400_000 })] });
      expect(await dueAmong(storage, [run])).toEqual([]);
      await apply(storage, { writes: [put(run, { dueAt: now - 500 })] });
      expect(await dueAmong(storage, [run])).toEqual([run.id]);
      await apply(storage, { writes: [put(run)] });
      expect(await dueAmong(storage, [run])).toEqual([]);
      await apply(storage, { writes: [put(run, { dueAt: now - 500 })] });
      await apply(storage, { writes: [put(run, { dueAt: null })] });
      expect(await dueAmong(storage, [run])).toEqual([]);
      await deleteAll(storage, [thread]);
    });

    it('forgets what is deleted, with its owner or alone', async ({ storage }) => {
      const dueAt = (await storage.now()) - 1000;
      const [left, right] = [await aRun(storage, { dueAt }), await aRun(storage, { dueAt })];
      await apply(storage, { writes: [{ write: 'delete', key: left.run }] });
      expect(await dueAmong(storage, [left.run, right.run])).toEqual([right.run.id]);
      await deleteAll(storage, [right.thread, left.thread]);
      expect(await dueAmong(storage, [left.run, right.run])).toEqual([]);
    });

    it('does not follow a commit that was refused', async ({ storage }) => {
      const dueAt = (await storage.now()) - 1000;
      const { thread, run } = await aRun(storage);
      const checks = [{ check: 'version', key: run, version: 7 }] as const;
      expect(await storage.commit({ checks, writes: [put(run, { dueAt })] })).toMatchObject({ ok: false });
      expect(await dueAmong(storage, [run])).toEqual([]);
      await deleteAll(storage, [thread]);
    });

    it('keeps the kinds apart', async ({ storage }) => {
      const thread = await aThread(storage);
      await apply(storage, { writes: [put(thread, { dueAt: 1 })] });
      expect((await storage.due('thread', ALL)).map(({ key }) => key)).toContainEqual(thread);
      const others = await Promise.all(
        (['run', 'message', 'assistant'] as const).map((kind) => storage.due(kind, ALL)),
      );
      expect(others.flat().filter(({ key }) => key.id === thread.id)).toEqual([]);
      await deleteAll(storage, [thread]);
    });
  });
}
