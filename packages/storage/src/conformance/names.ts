import { describe, expect } from 'vitest';
import {
  apply,
  aRun,
  assistantKey,
  aThread,
  insert,
  messageKey,
  newId,
  put,
  runKey,
  stepKey,
  threadKey,
} from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

/** What a client may send where an id belongs. */
const NO_NAMES: [name: string, text: string][] = [
  ['the empty text', ''],
  ['U+0000', 'thread_\u0000'],
  ['a slash', 'a/b'],
  ['dots', '..'],
  ['braces', 'a}{b'],
  ['wildcards', '%'],
  ['white space', ' \n'],
  ['letters beyond ASCII', 'thread_é'],
  ['a lone surrogate', '\ud800'],
  ['a quote', `'`],
  ['129 characters', 'x'.repeat(129)],
];

/** What a driver may put between the ids of a key. */
const SEPARATORS = ['/', ':', '.', ',', ';', '|', '#', '~', ' ', '\n', '\u0000', '\u001f', '","'];

export function describeNames(it: StorageTest): void {
  describe('a text that cannot be an id names nothing', () => {
    it.for(NO_NAMES)('to reads: %s', async ([, text], { storage }) => {
      const thread = await aThread(storage);
      await apply(storage, { writes: [insert(messageKey(thread))] });
      const collection = { kind: 'message', path: [thread.id], limit: 10, order: 'asc' } as const;
      expect(await storage.get(threadKey(text))).toBeNull();
      expect(await storage.get(messageKey(thread, text))).toBeNull();
      expect(await storage.get(messageKey(threadKey(text)))).toBeNull();
      expect(await storage.getMany([messageKey(thread, text), thread])).toMatchObject([null, { key: thread }]);
      expect(await storage.events.read({ partition: text, id: text }, { after: 0, limit: 1 })).toEqual([]);
      for (const request of [
        { ...collection, path: [text] },
        { ...collection, after: text },
        { ...collection, before: text },
        { ...collection, where: { run_id: text } },
      ]) {
        expect(await storage.list(request)).toEqual({ records: [], hasMore: false });
      }
    });

    it.for(NO_NAMES)('to checks, puts and deletes: %s', async ([, text], { storage }) => {
      const thread = await aThread(storage);
      const wrong = messageKey(thread, text);
      const missing = { ok: false, conflict: { reason: 'missing', key: wrong } };
      const writes = [insert(messageKey(thread))];
      expect(await storage.commit({ checks: [{ check: 'exists', key: wrong }], writes })).toEqual(missing);
      expect(await storage.commit({ checks: [{ check: 'version', key: wrong, version: 1 }], writes })).toEqual(missing);
      expect(await storage.commit({ checks: [{ check: 'fence', key: wrong, fence: 0 }], writes })).toEqual(missing);
      expect(await storage.commit({ writes: [put(wrong)] })).toEqual(missing);
      await apply(storage, { writes: [{ write: 'delete', key: wrong }] });
      expect(await storage.get(thread)).not.toBeNull();
    });

    it.for(NO_NAMES)('to what would be below it: %s', async ([, text], { storage }) => {
      const owner = threadKey(text);
      const run = runKey(owner);
      const missing = { ok: false, conflict: { reason: 'missing', key: owner } };
      expect(await storage.commit({ checks: [{ check: 'exists', key: owner }], writes: [put(owner)] })).toEqual(
        missing,
      );
      expect(await storage.commit({ writes: [insert(run)] })).toEqual(missing);
      expect(await storage.commit({ writes: [{ write: 'delete', key: owner }] })).toEqual({ ok: true });
      const stream = { partition: text, id: run.id };
      expect(await storage.events.append({ stream, fence: 0, events: [{ event: 'e', data: '{}' }] })).toBeNull();
      await storage.events.finish(stream, { retainMs: 0 });
    });
  });

  describe('the ids of a key are apart', () => {
    it.for(SEPARATORS)('an id that spells out a path names nothing: %j', async (separator, { storage }) => {
      const { thread, run } = await aRun(storage);
      const step = stepKey(run);
      await apply(storage, { writes: [insert(step)] });
      const [owners, all] = [[thread.id, run.id].join(separator), [thread.id, run.id, step.id].join(separator)];
      for (const disguised of [
        { kind: 'run_step', path: [], id: all },
        { kind: 'run_step', path: [owners], id: step.id },
        { kind: 'run', path: [], id: owners },
      ] as const) {
        expect(await storage.get(disguised)).toBeNull();
        expect(await storage.commit({ writes: [put(disguised)] })).toMatchObject({ conflict: { reason: 'missing' } });
        await apply(storage, { writes: [{ write: 'delete', key: disguised }] });
      }
      const request = { kind: 'run_step', path: [owners], limit: 1, order: 'asc' } as const;
      expect(await storage.list(request)).toEqual({ records: [], hasMore: false });
      expect(await storage.getMany([run, step])).toMatchObject([{ version: 1 }, { version: 1 }]);
    });
  });

  describe('what is stored has a name', () => {
    it.for(NO_NAMES)('rejects it as the id of a new record: %s', async ([, text], { storage }) => {
      await expect(storage.commit({ writes: [insert(assistantKey(text))] })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    });

    it('rejects a path that is too long or too short', async ({ storage }) => {
      const thread = await aThread(storage);
      for (const path of [[], [thread.id, newId('run')]]) {
        const key = { ...messageKey(thread), path };
        await expect(storage.commit({ writes: [insert(key)] })).rejects.toMatchObject({ code: 'invalid_request' });
        expect(await storage.get(key)).toBeNull();
        expect(await storage.list({ kind: 'message', path, limit: 1, order: 'asc' })).toEqual({
          records: [],
          hasMore: false,
        });
      }
    });

    it.for([
      ['an undeclared filter', { filters: { nonsense: 'x' } }],
      ['a filter value that is no identifier', { filters: { run_id: 'a b' } }],
      ['a unique value that is no identifier', { unique: 'a b' }],
    ] as const)('rejects %s', async ([, fields], { storage }) => {
      const thread = await aThread(storage);
      const key = messageKey(thread);
      await expect(storage.commit({ writes: [insert(key, fields)] })).rejects.toMatchObject({
        code: 'invalid_request',
      });
      expect(await storage.get(key)).toBeNull();
    });
  });
}
