import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import type { Commit } from '../contract/commit.ts';
import type { Storage } from '../contract/storage.ts';
import { chunksOf, contentOf, noise } from './blobs.ts';
import { aStream, logged, numbered } from './event-log.ts';
import { Ear } from './event-subscription.ts';
import { apply, aRun, aThread, insert, messageKey, newId, put, runKey } from './sample-records.ts';
import type { OpenStorage } from './storage-test.ts';
import { createStorageTest, SHARED_DATA, shareStorage } from './storage-test.ts';

const { signal } = new AbortController();
const COMMITS = 50;

/** A storage on data that another one is open on. */
export async function openAnother(open: OpenStorage, data: string): Promise<Storage> {
  try {
    return await open(data);
  } catch (cause) {
    throw new Error(
      'A second storage on the same data could not be opened. ' +
        "If the store lets one process in, declare { without: ['replicas'] }.",
      { cause },
    );
  }
}

/** Two storages on the same data, as two processes have them. */
export function describeReplicas(open: OpenStorage): void {
  const raceBoth = (storages: readonly [Storage, Storage], commit: Commit): Promise<string[]> =>
    Promise.all(
      Array.from({ length: COMMITS }, async (_, index) => {
        const result = await storages[index % 2 === 0 ? 0 : 1].commit(commit);
        return result.ok ? 'ok' : result.conflict.reason;
      }),
    );

  describe('two storages on the same data', () => {
    const it = createStorageTest(open).extend(
      'other',
      shareStorage((data) => openAnother(open, data)),
    );

    it('are two', ({ storage, other }) => {
      expect(other).not.toBe(storage);
    });

    it('see each other’s commits at once', async ({ storage, other }) => {
      const thread = await aThread(storage);
      for (let version = 1; version < 20; version += 2) {
        expect(await other.get(thread)).toMatchObject({ version });
        await apply(other, { writes: [put(thread)] });
        expect(await storage.getMany([thread])).toMatchObject([{ version: version + 1 }]);
        await apply(storage, { writes: [put(thread)] });
        const message = messageKey(thread);
        await apply(storage, { writes: [insert(message)] });
        const page = await other.list({ kind: 'message', path: [thread.id], limit: 1, order: 'desc' });
        expect(page.records.map(({ key }) => key)).toEqual([message]);
      }
    });

    it('apply exactly one of 50 claims between them', async ({ storage, other }) => {
      const { run } = await aRun(storage);
      const checks = [{ check: 'version', key: run, version: 1 }] as const;
      const results = await raceBoth([storage, other], { checks, writes: [put(run, { fence: 1 })] });
      expect(results.filter((reason) => reason === 'ok')).toHaveLength(1);
      expect(results.filter((reason) => reason === 'version')).toHaveLength(COMMITS - 1);
    });

    it('have one holder of a unique value between them', async ({ storage, other }) => {
      const thread = await aThread(storage);
      const claim = (on: Storage): Promise<boolean> =>
        on.commit({ writes: [insert(runKey(thread), { unique: 'active' })] }).then(({ ok }) => ok);
      const results = await Promise.all(Array.from({ length: COMMITS }, (_, n) => claim(n % 2 ? storage : other)));
      expect(results.filter(Boolean)).toHaveLength(1);
      expect(await other.list({ kind: 'run', path: [thread.id], limit: 2, order: 'asc' })).toMatchObject({
        records: [{ version: 1 }],
        hasMore: false,
      });
    });

    it('do not both write when each checks what the other writes', async ({ storage, other }) => {
      for (let round = 0; round < 25; round++) {
        const thread = await aThread(storage);
        const [left, right] = [messageKey(thread), messageKey(thread)];
        await apply(storage, { writes: [insert(left), insert(right)] });
        const results = await Promise.all([
          storage.commit({ checks: [{ check: 'version', key: left, version: 1 }], writes: [put(right)] }),
          other.commit({ checks: [{ check: 'version', key: right, version: 1 }], writes: [put(left)] }),
        ]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      }
    });

    it('hear each other’s events, without gap or repetition', async ({ storage, other }) => {
      const { stream, run } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.append({ stream, fence: 0, events: numbered(1, 20) });
      const write = async (): Promise<void> => {
        for (let n = 21; n <= 400; n += 2) {
          await storage.events.append({ stream, fence: 0, events: numbered(n, n + 1) });
        }
        await apply(storage, { writes: [put(run)], events: { stream, fence: 0, events: numbered(401, 402) } });
      };
      const follow = async (): Promise<unknown> => {
        await other.events.subscribe(stream, ear.listen, ended);
        const backlog = await other.events.read(stream, { after: 0, limit: 1000 });
        while ((ear.heard.at(-1)?.seq ?? 0) < 402) await ear.hears(ear.heard.length + 1);
        return [...backlog, ...ear.heard.filter(({ seq }) => seq > backlog.length)];
      };
      const [followed] = await Promise.all([follow(), write()]);
      expect(followed).toEqual(logged(numbered(1, 402)));
      ended.abort();
    });

    it('hear each other’s streams begin anew, longer than before or shorter', async ({ storage, other }) => {
      const { stream, run } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      await other.events.subscribe(stream, ear.listen, ended);
      let heard = 0;
      for (const length of [2, 5, 5, 1]) {
        await storage.events.finish(stream, { retainMs: 0 });
        await sleep(20);
        const events = numbered(10 * length, 10 * length + length - 1);
        await storage.events.append({ stream, fence: 0, events: events.slice(0, -1) });
        await apply(storage, { writes: [put(run)], events: { stream, fence: 0, events: events.slice(-1) } });
        await vi.waitFor(() => expect(ear.heard.slice(heard)).toEqual(logged(events)), { timeout: 5000, interval: 5 });
        await sleep(50);
        expect(ear.heard.slice(heard)).toEqual(logged(events));
        heard = ear.heard.length;
      }
      ended.abort();
    });

    it('refuse each other’s older fences', async ({ storage, other }) => {
      const { stream } = await aStream(storage);
      expect(await storage.events.append({ stream, fence: 1, events: numbered(1, 1) })).toBe(1);
      expect(await other.events.append({ stream, fence: 2, events: numbered(2, 2) })).toBe(2);
      expect(await storage.events.append({ stream, fence: 1, events: numbered(99, 99) })).toBeNull();
      expect(await other.events.append({ stream, fence: 2, events: numbered(3, 3) })).toBe(3);
      expect(await storage.events.read(stream, { after: 0, limit: 9 })).toEqual(logged(numbered(1, 3)));
    });

    it('read and delete each other’s blobs', async ({ storage, other }) => {
      const key = newId('file');
      const whole = noise(500_000);
      await storage.blobs.put(key, chunksOf(whole), { signal });
      expect((await contentOf(other, key))?.equals(whole)).toBe(true);
      await expect(other.blobs.put(key, chunksOf(noise(1)), { signal })).rejects.toMatchObject({ code: 'conflict' });
      expect(await other.blobs.delete(key)).toBe(true);
      expect(await storage.blobs.get(key, { signal })).toBeNull();
    });

    it('find the same records due, by one clock', async ({ storage, other }) => {
      const { thread, run } = await aRun(storage, { dueAt: (await storage.now()) - 1 });
      const due = await other.due('run', 10_000);
      expect(due.map(({ key }) => key)).toContainEqual(run);
      await apply(other, { writes: [{ write: 'delete', key: thread }] });
      expect((await storage.due('run', 10_000)).map(({ key }) => key)).not.toContainEqual(run);
      const [first, second, third] = [await storage.now(), await other.now(), await storage.now()];
      expect(second).toBeGreaterThanOrEqual(first);
      expect(third).toBeGreaterThanOrEqual(second);
    });

    it('end only their own subscriptions when closed', async ({ storage }) => {
      const brief = await openAnother(open, SHARED_DATA);
      const { stream } = await aStream(storage);
      const [ear, briefEar, ended] = [new Ear(), new Ear(), new AbortController()];
      await storage.events.subscribe(stream, ear.listen, ended);
      await brief.events.subscribe(stream, briefEar.listen, ended);
      await brief.close();
      await storage.events.append({ stream, fence: 0, events: numbered(1, 2) });
      expect(await ear.hears(2)).toEqual(logged(numbered(1, 2)));
      expect(briefEar.heard).toEqual([]);
      ended.abort();
    });
  });
}
