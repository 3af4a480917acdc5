import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import type { EventStreamKey, LogEvent, LoggedEvent } from '../contract/event-log.ts';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import { apply, aRun, insert, messageKey, newId, put, runKey } from './sample-records.ts';
import type { StorageTest } from './storage-test.ts';

/** A stored run and the name of its stream. */
export async function aStream(storage: Storage): Promise<{ stream: EventStreamKey; run: RecordKey<'run'> }> {
  const { thread, run } = await aRun(storage);
  return { stream: { partition: thread.id, id: run.id }, run };
}

/** Events that tell themselves apart: `n` as the data of each. */
export function numbered(from: number, to: number): LogEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ event: 'e', data: String(from + index) }));
}

/** The same events as they are to be read when they are all there is. */
export function logged(events: readonly LogEvent[]): LoggedEvent[] {
  return events.map(({ event, data }, index) => ({ seq: index + 1, event, data }));
}

function readAll(storage: Storage, stream: EventStreamKey): Promise<LoggedEvent[]> {
  return storage.events.read(stream, { after: 0, limit: 10_000 });
}

const DATA: [name: string, data: string][] = [
  ['[DONE]', '[DONE]'],
  ['the order of keys', '{"b":1,"a":2, "9":3}'],
  ['text beyond ASCII', '"žluťoučký 日本語 👩‍👩‍👧‍👦 \u2028\u2029"'],
  ['escapes', String.raw`"\u0000\n\"\\\ud800"`],
  ['quotes and signs', `"'; -- $1 \` %s :a"`],
  ['9,000 bytes', JSON.stringify('x'.repeat(9000))],
  ['thirty megabytes', JSON.stringify('🙂'.repeat(7_864_320))],
];

export function describeEventLog(it: StorageTest): void {
  describe('append and read', () => {
    it('number the events of a stream from 1 without gaps', async ({ storage }) => {
      const { stream } = await aStream(storage);
      expect(await storage.events.append({ stream, fence: 0, events: numbered(1, 1) })).toBe(1);
      expect(await storage.events.append({ stream, fence: 0, events: numbered(2, 4) })).toBe(4);
      expect(await storage.events.append({ stream, fence: 0, events: [] })).toBe(4);
      expect(await storage.events.append({ stream, fence: 3, events: numbered(5, 5) })).toBe(5);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 5)));
    });

    it('answer pages: after a number, at most `limit`', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 6) });
      await storage.events.append({ stream, fence: 0, events: numbered(7, 10) });
      const all = logged(numbered(1, 10));
      expect(await storage.events.read(stream, { after: 0, limit: 1 })).toEqual(all.slice(0, 1));
      expect(await storage.events.read(stream, { after: 4, limit: 4 })).toEqual(all.slice(4, 8));
      expect(await storage.events.read(stream, { after: 8, limit: 2 })).toEqual(all.slice(8));
      expect(await storage.events.read(stream, { after: 8, limit: 3 })).toEqual(all.slice(8));
      expect(await storage.events.read(stream, { after: 10, limit: 3 })).toEqual([]);
      expect(await storage.events.read(stream, { after: 99, limit: 3 })).toEqual([]);
    });

    it('answer nothing for a stream that has not begun', async ({ storage }) => {
      const { stream } = await aStream(storage);
      expect(await readAll(storage, stream)).toEqual([]);
      expect(await storage.events.append({ stream, fence: 7, events: [] })).toBe(0);
      expect(await readAll(storage, stream)).toEqual([]);
    });

    it('keep the streams of different runs apart', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      const sibling = runKey({ kind: 'thread', path: [], id: stream.partition }, `${run.id}0`);
      await apply(storage, { writes: [insert(sibling)] });
      const other = { partition: stream.partition, id: sibling.id };
      await storage.events.append({ stream, fence: 9, events: numbered(1, 2) });
      expect(await storage.events.append({ stream: other, fence: 0, events: numbered(1, 3) })).toBe(3);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 2)));
      expect(await readAll(storage, other)).toEqual(logged(numbered(1, 3)));
    });

    it.for(DATA)('keep the data of an event byte for byte: %s', async ([, data], { storage }) => {
      const { stream } = await aStream(storage);
      const heard: string[] = [];
      const ended = new AbortController();
      await storage.events.subscribe(stream, (events) => heard.push(...events.map((event) => event.data)), ended);
      await storage.events.append({ stream, fence: 0, events: [{ event: 'thread.message.delta', data }] });
      await apply(storage, { events: { stream, fence: 0, events: [{ event: 'done', data }] } });
      const events = await readAll(storage, stream);
      expect(events.map(({ event }) => event)).toEqual(['thread.message.delta', 'done']);
      // Not `toEqual`: the difference of two megabytes is slow to print.
      expect(
        events.map((event) => event.data === data),
        'data read as they were',
      ).toEqual([true, true]);
      await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 10_000 });
      expect(
        heard.map((text) => text === data),
        'data heard as they were',
      ).toEqual([true, true]);
      ended.abort();
    });

    it('write the batches of one process in the order of the calls', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const sizes = Array.from({ length: 200 }, (_, index) => 1 + (index % 3));
      let last = 0;
      const batches = sizes.map((size) => numbered(last + 1, (last += size)));
      const numbers = await Promise.all(batches.map((events) => storage.events.append({ stream, fence: 0, events })));
      const ends: number[] = [];
      for (const size of sizes) ends.push((ends.at(-1) ?? 0) + size);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, last)));
      // A driver may write several batches at once and answer each with the end of them all.
      expect(numbers.every((number, index) => number !== null && number >= (ends[index] ?? 0))).toBe(true);
      expect(numbers.at(-1)).toBe(last);
    });

    it('write five hundred events at once', async ({ storage }) => {
      const { stream } = await aStream(storage);
      expect(await storage.events.append({ stream, fence: 0, events: numbered(1, 500) })).toBe(500);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 500)));
    });

    it('refuse a stream whose run does not exist', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const orphan = { partition: stream.partition, id: newId('run') };
      expect(await storage.events.append({ stream: orphan, fence: 5, events: numbered(1, 1) })).toBeNull();
      expect(await storage.events.append({ stream: orphan, fence: 5, events: [] })).toBeNull();
      expect(await readAll(storage, orphan)).toEqual([]);
    });
  });

  describe('a fence', () => {
    it('refuses lower ones once a stream has seen it, and writes nothing', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 1, events: numbered(1, 1) });
      await storage.events.append({ stream, fence: 2, events: numbered(2, 2) });
      expect(await storage.events.append({ stream, fence: 1, events: numbered(99, 99) })).toBeNull();
      expect(await storage.events.append({ stream, fence: 0, events: [] })).toBeNull();
      expect(await storage.events.append({ stream, fence: 2, events: numbered(3, 3) })).toBe(3);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 3)));
    });

    it('is raised by an empty batch, by a commit, and by no refused commit', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      await storage.events.append({ stream, fence: 1, events: numbered(1, 1) });
      const refused = await storage.commit({
        checks: [{ check: 'version', key: run, version: 7 }],
        events: { stream, fence: 9, events: [] },
      });
      expect(refused.ok).toBe(false);
      expect(await storage.events.append({ stream, fence: 1, events: numbered(2, 2) })).toBe(2);
      await storage.events.append({ stream, fence: 2, events: [] });
      expect(await storage.events.append({ stream, fence: 1, events: numbered(99, 99) })).toBeNull();
      expect(await storage.commit({ events: { stream, fence: 3, events: [] } })).toEqual({ ok: true, lastEvent: 2 });
      expect(await storage.events.append({ stream, fence: 2, events: numbered(99, 99) })).toBeNull();
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 2)));
    });

    it('ends what an overtaken writer is still appending', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const old = async (): Promise<void> => {
        for (let n = 0; n < 10_000; n++) {
          const seq = await storage.events.append({ stream, fence: 1, events: [{ event: 'old', data: '{}' }] });
          if (seq === null) return;
          await turn();
        }
        throw new Error('The old writer was never refused.');
      };
      const take = async (): Promise<number | null> => {
        await sleep(20);
        return storage.events.append({ stream, fence: 2, events: [{ event: 'new', data: '{}' }] });
      };
      const [, , taken] = await Promise.all([old(), old(), take()]);
      expect(await storage.events.append({ stream, fence: 2, events: [{ event: 'new', data: '{}' }] })).toBe(
        Number(taken) + 1,
      );
      const names = (await storage.events.read(stream, { after: Number(taken) - 2, limit: 10 })).map(
        ({ event }) => event,
      );
      expect(names).toEqual(['old', 'new', 'new']);
    });
  });

  describe('a commit with events', () => {
    it('writes both, and answers the number of the last event', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 2) });
      const result = await storage.commit({
        writes: [put(run, { fence: 1 })],
        events: { stream, fence: 1, events: numbered(3, 4) },
      });
      expect(result).toEqual({ ok: true, lastEvent: 4 });
      expect(await storage.get(run)).toMatchObject({ version: 2, fence: 1 });
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 4)));
    });

    it('writes neither when a check fails or a write is refused', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      const heard: unknown[] = [];
      const ended = new AbortController();
      await storage.events.subscribe(stream, (events) => heard.push(...events), ended);
      const events = { stream, fence: 1, events: numbered(1, 1) };
      const checks = [{ check: 'version', key: run, version: 9 }] as const;
      expect(await storage.commit({ checks, writes: [put(run)], events })).toMatchObject({ ok: false });
      expect(await storage.commit({ writes: [insert(run)], events })).toMatchObject({ ok: false });
      expect(await readAll(storage, stream)).toEqual([]);
      expect(await storage.events.append({ stream, fence: 0, events: numbered(1, 1) })).toBe(1);
      await vi.waitFor(() => expect(heard).toEqual(logged(numbered(1, 1))), { timeout: 10_000 });
      ended.abort();
    });

    it('writes neither when its fence is too old', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      await storage.events.append({ stream, fence: 2, events: numbered(1, 1) });
      const events = { stream, fence: 1, events: numbered(2, 2) };
      const message = messageKey({ kind: 'thread', path: [], id: stream.partition });
      expect(await storage.commit({ writes: [put(run), insert(message)], events })).toEqual({
        ok: false,
        conflict: { reason: 'fence', key: null },
      });
      expect(await storage.getMany([run, message])).toMatchObject([{ version: 1 }, null]);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 1)));
    });

    it('stands in order between the appends around it', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      for (let n = 1; n <= 30; n += 3) {
        await storage.events.append({ stream, fence: 0, events: numbered(n, n) });
        await apply(storage, { writes: [put(run)], events: { stream, fence: 0, events: numbered(n + 1, n + 1) } });
        await storage.events.append({ stream, fence: 0, events: numbered(n + 2, n + 2) });
      }
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 30)));
    });
  });

  describe('finish', () => {
    it('keeps the stream readable for its time', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      await storage.events.finish(stream, { retainMs: 60_000 });
      await sleep(50);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 3)));
    });

    it('has the stream forgotten when its time is over, the run not', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      await storage.events.finish(stream, { retainMs: 100 });
      await sleep(200);
      expect(await readAll(storage, stream)).toEqual([]);
      expect(await storage.get(run)).not.toBeNull();
    });

    it('forgets at once what is retained for 0 ms', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      await storage.events.finish(stream, { retainMs: 0 });
      await sleep(5);
      expect(await readAll(storage, stream)).toEqual([]);
    });

    it('forgets a stream before one that was finished earlier for longer', async ({ storage }) => {
      const [long, short] = [await aStream(storage), await aStream(storage)];
      for (const { stream } of [long, short]) await storage.events.append({ stream, fence: 0, events: numbered(1, 1) });
      await storage.events.finish(long.stream, { retainMs: 60_000 });
      await storage.events.finish(short.stream, { retainMs: 50 });
      await sleep(150);
      expect(await readAll(storage, short.stream)).toEqual([]);
      expect(await readAll(storage, long.stream)).toHaveLength(1);
    });

    it('allows events to be appended meanwhile, which do not prolong it', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      await storage.events.finish(stream, { retainMs: 400 });
      expect(await storage.events.append({ stream, fence: 0, events: numbered(4, 4) })).toBe(4);
      expect(await readAll(storage, stream)).toHaveLength(4);
      await sleep(600);
      expect(await readAll(storage, stream)).toEqual([]);
    });

    it('sets the time anew when it is called again', async ({ storage }) => {
      const [longer, shorter] = [await aStream(storage), await aStream(storage)];
      for (const { stream } of [longer, shorter]) {
        await storage.events.append({ stream, fence: 0, events: numbered(1, 1) });
      }
      await storage.events.finish(longer.stream, { retainMs: 1000 });
      await storage.events.finish(longer.stream, { retainMs: 60_000 });
      await storage.events.finish(shorter.stream, { retainMs: 60_000 });
      await storage.events.finish(shorter.stream, { retainMs: 50 });
      await sleep(1300);
      expect(await readAll(storage, longer.stream)).toHaveLength(1);
      expect(await readAll(storage, shorter.stream)).toEqual([]);
    });

    it('lets a forgotten stream begin at 1 again', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.append({ stream, fence: 2, events: numbered(1, 5) });
      await storage.events.finish(stream, { retainMs: 20 });
      await sleep(100);
      expect(await storage.events.append({ stream, fence: 2, events: numbered(1, 2) })).toBe(2);
      expect(await readAll(storage, stream)).toEqual(logged(numbered(1, 2)));
      await sleep(100);
      expect(await readAll(storage, stream)).toHaveLength(2);
    });

    it('does nothing to a stream that is unknown', async ({ storage }) => {
      const { stream } = await aStream(storage);
      await storage.events.finish(stream, { retainMs: 0 });
      await storage.events.finish({ partition: newId('thread'), id: newId('run') }, { retainMs: 0 });
      await sleep(5);
      expect(await storage.events.append({ stream, fence: 0, events: numbered(1, 1) })).toBe(1);
      await sleep(50);
      expect(await readAll(storage, stream)).toHaveLength(1);
    });
  });
}
