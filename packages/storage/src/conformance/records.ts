import { describe, expect } from 'vitest';
import {
  apply,
  aRun,
  assistantKey,
  aThread,
  BODIES,
  insert,
  messageKey,
  newId,
  put,
  runKey,
  stepKey,
  threadKey,
} from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

export function describeRecords(it: StorageTest): void {
  describe('by key', () => {
    it('answers null for a record that does not exist', async ({ storage }) => {
      expect(await storage.get(threadKey())).toBeNull();
      expect(await storage.get(messageKey(await aThread(storage)))).toBeNull();
    });

    it('answers what was inserted, with the defaults of what was left out', async ({ storage }) => {
      const full = assistantKey();
      const bare = assistantKey();
      const dueAt = (await storage.now()) + 86_400_000;
      await apply(storage, {
        writes: [
          insert(full, { body: '{"n":1}', state: '{"s":1}', fence: 7, dueAt, unique: newId('unique') }),
          insert(bare, { body: '{"n":2}' }),
        ],
      });
      expect(await storage.get(full)).toEqual({
        key: full,
        body: '{"n":1}',
        state: '{"s":1}',
        version: 1,
        fence: 7,
        dueAt,
      });
      expect(await storage.get(bare)).toEqual({
        key: bare,
        body: '{"n":2}',
        state: null,
        version: 1,
        fence: 0,
        dueAt: null,
      });
      await apply(storage, { writes: [put(full)] });
    });

    it('replaces all fields by a put, the fence alone stays', async ({ storage }) => {
      const key = assistantKey();
      const dueAt = (await storage.now()) + 86_400_000;
      await apply(storage, { writes: [insert(key, { state: '{"s":1}', fence: 3, dueAt })] });
      await apply(storage, { writes: [put(key, { body: '{"n":2}' })] });
      expect(await storage.get(key)).toEqual({
        key,
        body: '{"n":2}',
        state: null,
        version: 2,
        fence: 3,
        dueAt: null,
      });
    });

    it('takes null for state, dueAt and unique as for left out', async ({ storage }) => {
      const [first, second] = [assistantKey(), assistantKey()];
      const none = { state: null, dueAt: null, unique: null };
      await apply(storage, { writes: [insert(first, none), insert(second, none)] });
      await apply(storage, { writes: [put(first, none), put(second, none)] });
      expect(await storage.get(second)).toMatchObject({ state: null, dueAt: null, version: 2 });
    });

    it('counts every write in the version', async ({ storage }) => {
      const key = assistantKey();
      await apply(storage, { writes: [insert(key)] });
      for (let version = 2; version <= 5; version++) {
        await apply(storage, { writes: [put(key)] });
        expect(await storage.get(key)).toMatchObject({ version });
      }
    });

    it('raises a fence and never lowers it', async ({ storage }) => {
      const key = assistantKey();
      await apply(storage, { writes: [insert(key)] });
      await apply(storage, { writes: [put(key, { fence: 5 })] });
      await apply(storage, { writes: [put(key, { fence: 5 })] });
      expect(await storage.commit({ writes: [put(key, { fence: 4 })] })).toEqual({
        ok: false,
        conflict: { reason: 'fence', key },
      });
      expect(await storage.get(key)).toMatchObject({ fence: 5, version: 3 });
    });

    it('begins anew when a deleted record is inserted again', async ({ storage }) => {
      const key = assistantKey();
      await apply(storage, { writes: [insert(key, { fence: 9, state: '{}' })] });
      await apply(storage, { writes: [{ write: 'delete', key }] });
      expect(await storage.get(key)).toBeNull();
      await apply(storage, { writes: [insert(key)] });
      expect(await storage.get(key)).toMatchObject({ version: 1, fence: 0, state: null });
    });

    it('deletes what is not there without complaint', async ({ storage }) => {
      const thread = await aThread(storage);
      await apply(storage, { writes: [{ write: 'delete', key: messageKey(thread) }] });
      await apply(storage, { writes: [{ write: 'delete', key: threadKey() }] });
      expect(await storage.get(thread)).not.toBeNull();
    });

    it('keeps one id under two paths, or of two kinds, apart', async ({ storage }) => {
      const [left, right] = [await aThread(storage), await aThread(storage)];
      const id = newId('same');
      const keys = [messageKey(left, id), runKey(left, id), stepKey(runKey(left, id), id)];
      for (const key of keys) await apply(storage, { writes: [insert(key, { body: `{"kind":"${key.kind}"}` })] });
      await apply(storage, { writes: [insert(messageKey(right, id), { body: '{"kind":"other"}' })] });
      await apply(storage, { writes: [{ write: 'delete', key: messageKey(right, id) }] });
      for (const key of keys) expect(await storage.get(key)).toMatchObject({ key, body: `{"kind":"${key.kind}"}` });
    });

    it('keeps ids apart that differ in capitals only', async ({ storage }) => {
      const id = newId('Case');
      const [mixed, lower, upper] = [id, id.toLowerCase(), id.toUpperCase()].map(assistantKey) as [
        ReturnType<typeof assistantKey>,
        ReturnType<typeof assistantKey>,
        ReturnType<typeof assistantKey>,
      ];
      await apply(storage, { writes: [insert(mixed), insert(lower)] });
      expect(await storage.get(mixed)).toMatchObject({ key: mixed });
      expect(await storage.get(lower)).toMatchObject({ key: lower });
      expect(await storage.get(upper)).toBeNull();
    });

    it('takes ids of 1 and of 128 characters', async ({ storage }) => {
      const thread = await aThread(storage);
      const keys = ['-', '_', 'x'.repeat(127), 'x'.repeat(128)].map((id) => messageKey(thread, id));
      await apply(storage, { writes: keys.map((key) => insert(key)) });
      for (const key of keys) expect(await storage.get(key)).toMatchObject({ key, version: 1 });
    });

    it.for(BODIES)('keeps body and state byte for byte: %s', async ([, text], { storage }) => {
      const thread = await aThread(storage);
      const [key, other] = [messageKey(thread), messageKey(thread)];
      await apply(storage, { writes: [insert(key, { body: text, state: text }), insert(other)] });
      await apply(storage, { writes: [put(other, { body: text, state: text })] });
      for (const record of [await storage.get(key), ...(await storage.getMany([other]))]) {
        // Not `toBe`: the difference of two megabytes is slow to print.
        expect(record?.body === text, 'the body comes back as it was').toBe(true);
        expect(record?.state === text, 'the state comes back as it was').toBe(true);
      }
    });

    it('keeps a record of thirty megabytes, as large as a request can be', async ({ storage }) => {
      const { thread, run } = await aRun(storage);
      const body = JSON.stringify('🙂'.repeat(7_864_320));
      await apply(storage, { writes: [put(run, { body })] });
      expect((await storage.get(run))?.body === body, 'the body comes back as it was').toBe(true);
      await apply(storage, { writes: [{ write: 'delete', key: thread }] });
    });
  });

  describe('getMany', () => {
    it('answers in the order asked for, null where there is none', async ({ storage }) => {
      const thread = await aThread(storage);
      const [a, b, gone, c] = [messageKey(thread), messageKey(thread), messageKey(thread), messageKey(thread)];
      await apply(storage, { writes: [c, a, gone, b].map((key) => insert(key)) });
      await apply(storage, { writes: [{ write: 'delete', key: gone }] });
      const records = await storage.getMany([b, gone, a, messageKey(thread), c, b]);
      expect(records.map((record) => record?.key ?? null)).toEqual([b, null, a, null, c, b]);
    });

    it('answers several kinds at once', async ({ storage }) => {
      const thread = await aThread(storage);
      const run = runKey(thread);
      const keys = [stepKey(run), thread, run, messageKey(thread)];
      await apply(storage, {
        writes: [run, ...keys.filter(({ kind }) => kind !== 'thread' && kind !== 'run')].map((key) => insert(key)),
      });
      const records = await storage.getMany(keys);
      expect(records.map((record) => record?.key)).toEqual(keys);
    });

    it('answers nothing for no keys', async ({ storage }) => {
      expect(await storage.getMany([])).toEqual([]);
    });

    it('answers five hundred keys', async ({ storage }) => {
      const keys = Array.from({ length: 500 }, () => assistantKey());
      await apply(storage, { writes: keys.map((key) => insert(key)) });
      const records = await storage.getMany(keys);
      expect(records.map((record) => record?.key)).toEqual(keys);
      await apply(storage, { writes: keys.map((key) => ({ write: 'delete', key })) });
    });

    it('rejects keys of several partitions', async ({ storage }) => {
      const keys = [await aThread(storage), await aThread(storage)];
      await expect(storage.getMany(keys)).rejects.toMatchObject({ code: 'invalid_request' });
    });
  });
}
