import { describe, expect, it } from 'vitest';
import { chunksOf, contentOf, noise } from './blobs.ts';
import { aStream, logged, numbered } from './event-log.ts';
import { apply, insert, messageKey, newId, put, runKey } from './sample-records.ts';
import type { OpenStorage } from './storage-test.ts';

const { signal } = new AbortController();

/** A storage that is closed and opened again. */
export function describeReopening(open: OpenStorage): void {
  describe('a storage that is opened again', () => {
    it('has everything that was answered before it was closed', async () => {
      const data = newId('data');
      const before = await open(data);
      const { stream, run } = await aStream(before);
      const thread = { kind: 'thread', path: [], id: stream.partition } as const;
      const message = messageKey(thread);
      const dueAt = (await before.now()) - 1;
      const fields = { body: '{"b":1,"a":"\\u0000"}', state: '{"s":1}', fence: 3, dueAt };
      await apply(before, {
        writes: [put(run, { ...fields, unique: 'active' }), insert(message, { filters: { run_id: run.id } })],
        events: { stream, fence: 3, events: numbered(1, 5) },
      });
      const key = newId('file');
      const whole = noise(600_000);
      const info = await before.blobs.put(key, chunksOf(whole), { signal });
      await before.close();

      const after = await open(data);
      expect(await after.get(run)).toEqual({ ...fields, key: run, version: 2 });
      const where = { run_id: run.id };
      expect(await after.list({ kind: 'message', path: [thread.id], limit: 9, order: 'asc', where })).toMatchObject({
        records: [{ key: message }],
        hasMore: false,
      });
      expect((await after.due('run', 10_000)).map((record) => record.key)).toContainEqual(run);
      expect(await after.commit({ writes: [insert(runKey(thread), { unique: 'active' })] })).toMatchObject({
        conflict: { reason: 'taken', holder: run.id },
      });
      expect(await after.events.read(stream, { after: 0, limit: 9 })).toEqual(logged(numbered(1, 5)));
      expect(await after.events.append({ stream, fence: 2, events: numbered(6, 6) })).toBeNull();
      expect(await after.events.append({ stream, fence: 3, events: numbered(6, 6) })).toBe(6);
      expect(await after.blobs.get(key, { signal })).toMatchObject(info);
      expect((await contentOf(after, key))?.equals(whole)).toBe(true);
      await after.blobs.delete(key);
      await apply(after, { writes: [{ write: 'delete', key: thread }] });
      await after.close();
    });
  });
}
