import { describe, expect } from 'vitest';
import type { Commit, CommitResult } from '../contract/commit.ts';
import type { Storage } from '../contract/storage.ts';
import { apply, aRun, assistantKey, aThread, insert, messageKey, put, runKey, threadKey } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

const RACERS = 50;

/** Commits all at once. */
function race(storage: Storage, commitOf: (racer: number) => Commit): Promise<CommitResult[]> {
  return Promise.all(Array.from({ length: RACERS }, (_, racer) => storage.commit(commitOf(racer))));
}

function reasons(results: readonly CommitResult[]): string[] {
  return results.map((result) => (result.ok ? 'ok' : result.conflict.reason)).toSorted();
}

/** One winner, and all others refused for this reason. */
function oneWinner(reason: string): string[] {
  return ['ok', ...Array.from({ length: RACERS - 1 }, () => reason)].toSorted();
}

export function describeRaces(it: StorageTest): void {
  describe('of commits at the same time', () => {
    it('exactly one of 50 claims by version is applied', async ({ storage }) => {
      const { run } = await aRun(storage);
      const results = await race(storage, (racer) => ({
        checks: [{ check: 'version', key: run, version: 1 }],
        writes: [put(run, { fence: 1, body: `{"winner":${racer}}` })],
      }));
      expect(reasons(results)).toEqual(oneWinner('version'));
      const winner = results.findIndex(({ ok }) => ok);
      expect(await storage.get(run)).toMatchObject({ version: 2, fence: 1, body: `{"winner":${winner}}` });
    });

    it('exactly one of 50 claims by fence is applied', async ({ storage }) => {
      const { run } = await aRun(storage);
      const results = await race(storage, () => ({
        checks: [{ check: 'fence', key: run, fence: 0 }],
        writes: [put(run, { fence: 1 })],
      }));
      expect(reasons(results)).toEqual(oneWinner('fence'));
      expect(await storage.get(run)).toMatchObject({ version: 2, fence: 1 });
    });

    it('exactly one of 50 inserts under one key is applied', async ({ storage }) => {
      const thread = await aThread(storage);
      for (const key of [messageKey(thread), assistantKey(), threadKey()]) {
        const results = await race(storage, (racer) => ({ writes: [insert(key, { body: `{"winner":${racer}}` })] }));
        expect(reasons(results)).toEqual(oneWinner('exists'));
        const winner = results.findIndex(({ ok }) => ok);
        expect(await storage.get(key)).toMatchObject({ version: 1, body: `{"winner":${winner}}` });
      }
    });

    it('exactly one of 50 that take one unique value is applied, and the others name it', async ({ storage }) => {
      const thread = await aThread(storage);
      const keys = Array.from({ length: RACERS }, () => runKey(thread));
      const results = await race(storage, (racer) => ({
        writes: [insert(keys[racer] ?? thread, { unique: 'active' })],
      }));
      expect(reasons(results)).toEqual(oneWinner('taken'));
      const { records } = await storage.list({ kind: 'run', path: [thread.id], limit: 100, order: 'asc' });
      expect(records).toHaveLength(1);
      for (const result of results) {
        if (!result.ok) expect(result.conflict).toMatchObject({ holder: records[0]?.key.id });
      }
    });

    it('all of 50 that append other records are applied, and listed in order of id', async ({ storage }) => {
      const thread = await aThread(storage);
      const keys = Array.from({ length: RACERS }, () => messageKey(thread));
      const results = await race(storage, (racer) => ({
        checks: [{ check: 'exists', key: thread }],
        writes: [insert(keys[racer] ?? thread)],
      }));
      expect(results).toEqual(keys.map(() => ({ ok: true })));
      const { records } = await storage.list({ kind: 'message', path: [thread.id], limit: 100, order: 'asc' });
      expect(records.map(({ key }) => key)).toEqual(keys);
    });

    it('no update is lost among 50 that read, change and write', async ({ storage }) => {
      const key = assistantKey();
      await apply(storage, { writes: [insert(key, { body: '0' })] });
      const increment = async (): Promise<void> => {
        for (;;) {
          const record = await storage.get(key);
          if (!record) throw new Error('The record is gone.');
          const checks = [{ check: 'version', key, version: record.version }] as const;
          const writes = [put(key, { body: String(Number(record.body) + 1) })];
          if ((await storage.commit({ checks, writes })).ok) return;
        }
      };
      await Promise.all(Array.from({ length: RACERS }, increment));
      expect(await storage.get(key)).toMatchObject({ body: '50', version: 51 });
    });

    it('two that each check what the other writes are not both applied', async ({ storage }) => {
      for (let round = 0; round < 25; round++) {
        const thread = await aThread(storage);
        const [left, right] = [messageKey(thread), messageKey(thread)];
        await apply(storage, { writes: [insert(left), insert(right)] });
        const results = await Promise.all([
          storage.commit({ checks: [{ check: 'version', key: left, version: 1 }], writes: [put(right)] }),
          storage.commit({ checks: [{ check: 'version', key: right, version: 1 }], writes: [put(left)] }),
        ]);
        expect(reasons(results)).toEqual(['ok', 'version']);
      }
    });

    it('one that takes a value and one that needs another free are not both applied', async ({ storage }) => {
      for (let round = 0; round < 25; round++) {
        const thread = await aThread(storage);
        const [left, right] = [runKey(thread), runKey(thread)];
        const results = await Promise.all([
          storage.commit({
            checks: [{ check: 'free', key: left, unique: 'b' }],
            writes: [insert(left, { unique: 'a' })],
          }),
          storage.commit({
            checks: [{ check: 'free', key: right, unique: 'a' }],
            writes: [insert(right, { unique: 'b' })],
          }),
        ]);
        expect(reasons(results)).toEqual(['ok', 'taken']);
      }
    });

    it('none leaves a record behind whose owner was deleted', async ({ storage }) => {
      for (let round = 0; round < 5; round++) {
        const { thread, run } = await aRun(storage);
        const stream = { partition: thread.id, id: run.id };
        const events = { stream, fence: 0, events: [{ event: 'e', data: '{}' }] };
        const keys = Array.from({ length: RACERS }, () => messageKey(thread));
        const results = await race(storage, (racer) => {
          if (racer === 25) return { writes: [{ write: 'delete', key: thread }] };
          const key = keys[racer] ?? thread;
          return racer % 2 ? { writes: [insert(key)], events } : { writes: [insert(key)] };
        });
        expect(new Set(reasons(results)).difference(new Set(['ok', 'missing']))).toEqual(new Set());
        expect(await storage.getMany([thread, run, ...keys])).toEqual([null, null, ...keys.map(() => null)]);
        const page = await storage.list({ kind: 'message', path: [thread.id], limit: 1, order: 'asc' });
        expect(page).toEqual({ records: [], hasMore: false });
        expect(await storage.events.read(stream, { after: 0, limit: 1 })).toEqual([]);
      }
    });

    it('nobody sees half of one', async ({ storage }) => {
      const thread = await aThread(storage);
      const keys = Array.from({ length: 5 }, () => messageKey(thread));
      await apply(storage, { writes: keys.map((key) => insert(key, { body: '0' })) });
      let writing = true;
      const write = async (): Promise<void> => {
        for (let round = 1; round <= 100; round++) {
          await apply(storage, { writes: keys.map((key) => put(key, { body: String(round) })) });
        }
        writing = false;
      };
      const read = async (): Promise<Set<number>> => {
        const sizes = new Set<number>();
        while (writing) {
          const many = await storage.getMany(keys);
          sizes.add(new Set(many.map((record) => record?.body)).size);
          const page = await storage.list({ kind: 'message', path: [thread.id], limit: 5, order: 'asc' });
          sizes.add(new Set(page.records.map(({ body }) => body)).size);
        }
        return sizes;
      };
      const [first, second] = await Promise.all([read(), read(), write()]);
      expect(first).toEqual(new Set([1]));
      expect(second).toEqual(new Set([1]));
    });

    it('events of 50 take each its place in the stream', async ({ storage }) => {
      const { thread, run } = await aRun(storage);
      const stream = { partition: thread.id, id: run.id };
      const results = await race(storage, (racer) => ({
        writes: [insert(messageKey(thread))],
        events: { stream, fence: 0, events: [{ event: `racer-${racer}`, data: '{}' }] },
      }));
      const numbers = results.map((result) => (result.ok ? result.lastEvent : null));
      expect(numbers.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers.map((_, index) => index + 1));
      const events = await storage.events.read(stream, { after: 0, limit: 100 });
      expect(events.map(({ seq, event }) => `racer-${numbers.indexOf(seq)}` === event)).toEqual(
        numbers.map(() => true),
      );
    });
  });
}
