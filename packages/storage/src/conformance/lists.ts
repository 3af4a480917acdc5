import { describe, expect } from 'vitest';
import type { ListRequest } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import {
  apply,
  aRun,
  aThread,
  aThreadOf,
  BODIES,
  insert,
  messageKey,
  newId,
  put,
  stepKey,
  threadKey,
} from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

const FIVE = ['m1', 'm2', 'm3', 'm4', 'm5'];

/** Ids and `hasMore` of a page of messages. */
async function pageOf(
  storage: Storage,
  threadId: string,
  request: Partial<ListRequest>,
): Promise<[ids: string[], hasMore: boolean]> {
  const page = await storage.list({ kind: 'message', path: [threadId], limit: 100, order: 'asc', ...request });
  return [page.records.map(({ key }) => key.id), page.hasMore];
}

/** What the contract says of a page, on a plain sorted array. */
function expectedPage(ids: readonly string[], { order, after, before, limit }: ListRequest): [string[], boolean] {
  const ordered = order === 'asc' ? ids : ids.toReversed();
  const isBehind = (id: string, cursor: string): boolean => (order === 'asc' ? id > cursor : id < cursor);
  const range = ordered.filter(
    (id) =>
      (after === undefined || isBehind(id, after)) &&
      (before === undefined || (id !== before && !isBehind(id, before))),
  );
  const backwards = before !== undefined && after === undefined;
  return [backwards ? range.slice(-limit) : range.slice(0, limit), range.length > limit];
}

export function describeLists(it: StorageTest): void {
  describe('list', () => {
    it('is empty for an owner without records, and for one that does not exist', async ({ storage }) => {
      const thread = await aThread(storage);
      expect(await pageOf(storage, thread.id, {})).toEqual([[], false]);
      expect(await pageOf(storage, newId('thread'), {})).toEqual([[], false]);
      expect(await pageOf(storage, newId('thread'), { after: 'm1', order: 'desc' })).toEqual([[], false]);
      expect(await pageOf(storage, newId('thread'), { before: 'm1', where: { run_id: 'r' } })).toEqual([[], false]);
    });

    it('answers whole records', async ({ storage }) => {
      const { run } = await aRun(storage);
      const dueAt = (await storage.now()) + 86_400_000;
      const step = stepKey(run);
      const fields = { body: '{"b":1,"a":2}', state: '{"s":1}', fence: 4, dueAt };
      await apply(storage, { writes: [insert(step, fields)] });
      const request = { kind: 'run_step', path: [...run.path, run.id], limit: 1, order: 'desc' } as const;
      expect(await storage.list(request)).toEqual({ records: [{ ...fields, key: step, version: 1 }], hasMore: false });
      await apply(storage, { writes: [put(step)] });
    });

    it.for(BODIES)('answers body and state byte for byte: %s', async ([, text], { storage }) => {
      const thread = await aThread(storage);
      const filters = { run_id: newId('run') };
      await apply(storage, { writes: [insert(messageKey(thread), { body: text, state: text, filters })] });
      for (const where of [{}, filters]) {
        const request = { kind: 'message', path: [thread.id], limit: 2, order: 'asc', where } as const;
        const { records } = await storage.list(request);
        // Not `toEqual`: the difference of two megabytes is slow to print.
        expect(records.map(({ body, state }) => [body === text, state === text])).toEqual([[true, true]]);
      }
    });

    it('orders by id whatever the order of arrival', async ({ storage }) => {
      const thread = await aThreadOf(storage, ['m3', 'm5', 'm1']);
      await apply(storage, { writes: [insert(messageKey(thread, 'm4')), insert(messageKey(thread, 'm2'))] });
      expect(await pageOf(storage, thread.id, { order: 'asc' })).toEqual([FIVE, false]);
      expect(await pageOf(storage, thread.id, { order: 'desc' })).toEqual([FIVE.toReversed(), false]);
    });

    it('orders by bytes, not by a locale', async ({ storage }) => {
      const ids = ['-', '-a', '0', '00', '9', 'A', 'AB', 'Aa', 'B', 'Z', '_', '_1', 'a', 'aB', 'aa', 'b', 'z', 'zz'];
      const thread = await aThreadOf(storage, ids.toReversed());
      expect(await pageOf(storage, thread.id, {})).toEqual([ids, false]);
      expect(await pageOf(storage, thread.id, { order: 'desc', limit: 3 })).toEqual([['zz', 'z', 'b'], true]);
      expect(await pageOf(storage, thread.id, { after: 'B', before: 'a' })).toEqual([['Z', '_', '_1'], false]);
    });

    it('keeps the order when records are written again', async ({ storage }) => {
      const thread = await aThreadOf(storage, FIVE);
      for (const id of ['m4', 'm1']) await apply(storage, { writes: [put(messageKey(thread, id))] });
      expect(await pageOf(storage, thread.id, { limit: 4 })).toEqual([['m1', 'm2', 'm3', 'm4'], true]);
    });

    it('has more exactly when there is more', async ({ storage }) => {
      const thread = await aThreadOf(storage, FIVE);
      for (const order of ['asc', 'desc'] as const) {
        expect(await pageOf(storage, thread.id, { order, limit: 4 })).toMatchObject([{ length: 4 }, true]);
        expect(await pageOf(storage, thread.id, { order, limit: 5 })).toMatchObject([{ length: 5 }, false]);
        expect(await pageOf(storage, thread.id, { order, limit: 6 })).toMatchObject([{ length: 5 }, false]);
      }
    });

    it('answers the page closest to the cursor with `before` alone', async ({ storage }) => {
      const thread = await aThreadOf(storage, FIVE);
      expect(await pageOf(storage, thread.id, { before: 'm5', limit: 2 })).toEqual([['m3', 'm4'], true]);
      expect(await pageOf(storage, thread.id, { before: 'm3', limit: 2 })).toEqual([['m1', 'm2'], false]);
      expect(await pageOf(storage, thread.id, { before: 'm1', order: 'desc', limit: 2 })).toEqual([['m3', 'm2'], true]);
      expect(await pageOf(storage, thread.id, { before: 'm4', order: 'desc' })).toEqual([['m5'], false]);
    });

    it('answers what is between two cursors', async ({ storage }) => {
      const thread = await aThreadOf(storage, FIVE);
      expect(await pageOf(storage, thread.id, { after: 'm1', before: 'm5', limit: 2 })).toEqual([['m2', 'm3'], true]);
      expect(await pageOf(storage, thread.id, { after: 'm1', before: 'm4', limit: 2 })).toEqual([['m2', 'm3'], false]);
      expect(await pageOf(storage, thread.id, { after: 'm4', before: 'm2' })).toEqual([[], false]);
    });

    it('agrees with a plain array for every cursor, present, deleted or never there', async ({ storage }) => {
      const thread = await aThreadOf(storage, ['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
      await apply(storage, {
        writes: ['m1', 'm4'].map((id) => ({ write: 'delete', key: messageKey(thread, id) })),
      });
      const left = ['m2', 'm3', 'm5', 'm6'];
      const cursors = [undefined, 'a', 'm1', 'm2', 'm3', 'm3x', 'm4', 'm5', 'm6', 'z'];
      const wrong: unknown[] = [];
      for (const order of ['asc', 'desc'] as const) {
        for (const after of cursors) {
          for (const before of cursors) {
            for (const limit of [1, 2, 4]) {
              const request: ListRequest = { kind: 'message', path: [thread.id], order, after, before, limit };
              const [page, expected] = [await pageOf(storage, thread.id, request), expectedPage(left, request)];
              if (JSON.stringify(page) !== JSON.stringify(expected)) wrong.push({ request, page, expected });
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    });

    it('keeps the collections of different owners apart', async ({ storage }) => {
      const id = newId('thread');
      const threads = [id, `${id}0`, `${id}_`, id.slice(0, -1)].map((threadId) => threadKey(threadId));
      for (const thread of threads) {
        await apply(storage, { writes: [insert(thread), insert(messageKey(thread, `in-${thread.id}`))] });
      }
      for (const thread of threads) {
        expect(await pageOf(storage, thread.id, {})).toEqual([[`in-${thread.id}`], false]);
      }
    });

    it('lists a kind of which each record is a partition of its own', async ({ storage }) => {
      const base = newId('thread');
      const keys = ['1', '2', '3'].map((suffix) => threadKey(`${base}_${suffix}`));
      for (const key of keys.toReversed()) await apply(storage, { writes: [insert(key)] });
      await apply(storage, { writes: [{ write: 'delete', key: threadKey(`${base}_2`) }] });
      const request = { kind: 'thread', path: [], after: `${base}_`, before: `${base}_9`, order: 'asc' } as const;
      const page = await storage.list({ ...request, limit: 2 });
      expect(page.records.map(({ key }) => key)).toEqual([keys[0], keys[2]]);
      expect(page.hasMore).toBe(false);
      expect(await storage.list({ ...request, limit: 1 })).toMatchObject({
        records: [{ key: keys[0] }],
        hasMore: true,
      });
    });
  });

  describe('list with a filter', () => {
    it('answers only records written with the value', async ({ storage }) => {
      const thread = await aThread(storage);
      const runs = ['r1', 'r2', 'r1', null, 'r1', 'r11', 'r1'];
      await apply(storage, {
        writes: runs.map((run, index) =>
          insert(messageKey(thread, `m${index}`), run === null ? {} : { filters: { run_id: run } }),
        ),
      });
      const where = { run_id: 'r1' };
      expect(await pageOf(storage, thread.id, { where })).toEqual([['m0', 'm2', 'm4', 'm6'], false]);
      expect(await pageOf(storage, thread.id, { where, limit: 3 })).toEqual([['m0', 'm2', 'm4'], true]);
      expect(await pageOf(storage, thread.id, { where, limit: 3, after: 'm0' })).toEqual([['m2', 'm4', 'm6'], false]);
      expect(await pageOf(storage, thread.id, { where, order: 'desc', limit: 2 })).toEqual([['m6', 'm4'], true]);
      expect(await pageOf(storage, thread.id, { where, before: 'm5', limit: 2 })).toEqual([['m2', 'm4'], true]);
      expect(await pageOf(storage, thread.id, { where, after: 'm1', before: 'm6' })).toEqual([['m2', 'm4'], false]);
      expect(await pageOf(storage, thread.id, { where: { run_id: 'r3' } })).toEqual([[], false]);
      expect(await pageOf(storage, thread.id, { where: {} })).toMatchObject([{ length: 7 }, false]);
    });

    it('follows a put that changes or drops the value', async ({ storage }) => {
      const thread = await aThread(storage);
      const keys = ['m1', 'm2', 'm3'].map((id) => messageKey(thread, id));
      await apply(storage, { writes: keys.map((key) => insert(key, { filters: { run_id: 'r1' } })) });
      await apply(storage, {
        writes: [
          put(messageKey(thread, 'm1'), { filters: { run_id: 'r2' } }),
          put(messageKey(thread, 'm2')),
          put(messageKey(thread, 'm3'), { filters: { run_id: 'r1' } }),
        ],
      });
      expect(await pageOf(storage, thread.id, { where: { run_id: 'r1' } })).toEqual([['m3'], false]);
      expect(await pageOf(storage, thread.id, { where: { run_id: 'r2' } })).toEqual([['m1'], false]);
    });

    it('finds nothing by a filter that the kind does not declare', async ({ storage }) => {
      const thread = await aThreadOf(storage, FIVE);
      expect(await pageOf(storage, thread.id, { where: { nonsense: 'x' } })).toEqual([[], false]);
    });
  });

  describe('a walk by `after = last id`', () => {
    it('visits a thousand records once each while they are deleted', async ({ storage }) => {
      for (const order of ['asc', 'desc'] as const) {
        const ids = Array.from({ length: 1000 }, (_, index) => `m${String(index).padStart(4, '0')}`);
        const thread = await aThreadOf(storage, ids);
        const visited: string[] = [];
        let hasMore = true;
        while (hasMore) {
          const after = visited.at(-1);
          const [page, more] = await pageOf(storage, thread.id, { order, after, limit: 60 });
          await apply(storage, { writes: page.map((id) => ({ write: 'delete', key: messageKey(thread, id) })) });
          visited.push(...page);
          hasMore = more;
        }
        expect(visited).toEqual(order === 'asc' ? ids : ids.toReversed());
        expect(await pageOf(storage, thread.id, {})).toEqual([[], false]);
      }
    });

    it('visits each record that stays once while others come and go', async ({ storage }) => {
      const ids = Array.from({ length: 100 }, (_, index) => `m${String(index).padStart(3, '0')}`);
      const thread = await aThreadOf(storage, ids);
      const walk = async (): Promise<string[]> => {
        const visited: string[] = [];
        for (let hasMore = true; hasMore;) {
          const [page, more] = await pageOf(storage, thread.id, { after: visited.at(-1), limit: 7 });
          visited.push(...page);
          hasMore = more;
        }
        return visited.filter((id) => ids.includes(id));
      };
      const disturb = async (): Promise<void> => {
        for (const id of ids) {
          const key = messageKey(thread, `${id}x`);
          await apply(storage, { writes: [insert(key)] });
          await apply(storage, { writes: [{ write: 'delete', key }, put(messageKey(thread, id))] });
        }
      };
      const [first, second] = await Promise.all([walk(), walk(), disturb()]);
      expect(first).toEqual(ids);
      expect(second).toEqual(ids);
    });
  });
}
