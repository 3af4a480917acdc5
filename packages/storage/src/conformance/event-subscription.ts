import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import type { LoggedEvent } from '../contract/event-log.ts';
import { apply, insert, put, runKey, threadKey } from './sample-records.ts';
import { aStream, logged, numbered } from './event-log.ts';
import type { StorageTest } from './storage-test.ts';

/** Collects what a listener is given. */
export class Ear {
  readonly heard: LoggedEvent[] = [];

  readonly listen = (events: readonly LoggedEvent[]): void => {
    this.heard.push(...events);
  };

  /** Resolves when `count` events were heard; rejects after five seconds. */
  async hears(count: number): Promise<LoggedEvent[]> {
    await vi.waitFor(() => expect(this.heard.length).toBeGreaterThanOrEqual(count), { timeout: 5000, interval: 5 });
    return this.heard;
  }
}

export function describeEventSubscription(it: StorageTest): void {
  describe('subscribe', () => {
    it('hears each event appended afterwards once, in order', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.subscribe(stream, ear.listen, ended);
      const writes: Promise<unknown>[] = [];
      let last = 0;
      while (last < 100) {
        const events = numbered(last + 1, (last += 1 + (last % 3)));
        writes.push(storage.events.append({ stream, fence: 0, events }));
      }
      await Promise.all(writes);
      await apply(storage, { writes: [put(run)], events: { stream, fence: 0, events: numbered(last + 1, last + 3) } });
      expect(await ear.hears(last + 3)).toEqual(logged(numbered(1, last + 3)));
      await sleep(50);
      expect(ear.heard).toHaveLength(last + 3);
      ended.abort();
    });

    it('goes on from what the stream has already', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.append({ stream, fence: 0, events: numbered(1, 5) });
      await storage.events.subscribe(stream, ear.listen, ended);
      await storage.events.append({ stream, fence: 0, events: numbered(6, 7) });
      await vi.waitFor(() => expect(ear.heard.at(-1)?.seq).toBe(7), { timeout: 10_000 });
      expect(ear.heard).toEqual(logged(numbered(1, 7)).slice(-ear.heard.length));
      ended.abort();
    });

    it('and then reading the backlog leaves no gap and no repetition, while others append', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const total = 600;
      let appended = 0;
      const write = async (): Promise<void> => {
        while (appended < total) {
          const size = 1 + (appended % 3);
          await storage.events.append({ stream, fence: 0, events: numbered(appended + 1, (appended += size)) });
          // A store that answers without waiting leaves the others no time otherwise.
          if (appended % 5 === 0) await turn();
        }
      };
      const follow = async (from: number): Promise<LoggedEvent[]> => {
        while (appended < from) await turn();
        const [ear, ended] = [new Ear(), new AbortController()];
        await storage.events.subscribe(stream, ear.listen, ended);
        const events: LoggedEvent[] = [];
        for (;;) {
          const page = await storage.events.read(stream, { after: events.length, limit: 50 });
          events.push(...page);
          if (page.length < 50) break;
        }
        const seen = events.length;
        await vi.waitFor(() => expect(ear.heard.at(-1)?.seq ?? seen).toBeGreaterThanOrEqual(total), {
          timeout: 20_000,
        });
        ended.abort();
        return [...events, ...ear.heard.filter(({ seq }) => seq > seen)];
      };
      const [, ...followed] = await Promise.all([write(), follow(0), follow(50), follow(200), follow(400)]);
      for (const events of followed) expect(events).toEqual(logged(numbered(1, appended)));
    });

    it('tells every listener of a stream, and no other', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const { stream: elsewhere } = await aStream(storage);
      const [first, second, other] = [new Ear(), new Ear(), new Ear()];
      const ended = new AbortController();
      await storage.events.subscribe(stream, first.listen, ended);
      await storage.events.subscribe(stream, second.listen, ended);
      await storage.events.subscribe(elsewhere, other.listen, ended);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 3) });
      expect(await first.hears(3)).toEqual(logged(numbered(1, 3)));
      expect(await second.hears(3)).toEqual(logged(numbered(1, 3)));
      await sleep(50);
      expect(other.heard).toEqual([]);
      ended.abort();
    });

    it('takes one listener for two streams, and twice for one', async ({ storage }) => {
      const [{ stream: left }, { stream: right }] = [await aStream(storage), await aStream(storage)];
      const [ear, once, ended] = [new Ear(), new AbortController(), new AbortController()];
      await storage.events.subscribe(left, ear.listen, once);
      await storage.events.subscribe(left, ear.listen, ended);
      await storage.events.subscribe(right, ear.listen, ended);
      once.abort();
      await storage.events.append({ stream: left, fence: 0, events: numbered(1, 1) });
      await ear.hears(1);
      await storage.events.append({ stream: right, fence: 0, events: numbered(7, 7) });
      expect(await ear.hears(2)).toEqual([...logged(numbered(1, 1)), ...logged(numbered(7, 7))]);
      ended.abort();
    });

    it('may come before the run', async ({ storage }) => {
      const thread = threadKey();
      const run = runKey(thread);
      const stream = { partition: thread.id, id: run.id };
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.subscribe(stream, ear.listen, ended);
      await apply(storage, {
        writes: [insert(thread), insert(run)],
        events: { stream, fence: 0, events: numbered(1, 2) },
      });
      expect(await ear.hears(2)).toEqual(logged(numbered(1, 2)));
      ended.abort();
    });

    it('shows the records of a commit to whoever hears its events', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      const ended = new AbortController();
      const versions: Promise<number | undefined>[] = [];
      await storage.events.subscribe(
        stream,
        () => versions.push(storage.get(run).then((record) => record?.version)),
        ended,
      );
      for (let version = 2; version <= 10; version++) {
        await apply(storage, { writes: [put(run)], events: { stream, fence: 0, events: numbered(version, version) } });
        await vi.waitFor(() => expect(versions).toHaveLength(version - 1), { timeout: 10_000, interval: 5 });
        expect(await versions.at(-1)).toBe(version);
      }
      ended.abort();
    });

    it('hears a stream that was forgotten begin anew', async ({ storage }) => {
      const { stream, run } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.subscribe(stream, ear.listen, ended);
      await storage.events.append({ stream, fence: 1, events: numbered(1, 3) });
      await ear.hears(3);
      for (const [heard, first] of [
        [3, 11],
        [8, 21],
      ] as const) {
        await storage.events.finish(stream, { retainMs: 0 });
        await sleep(50);
        await storage.events.append({ stream, fence: 1, events: numbered(first, first) });
        await ear.hears(heard + 1);
        await storage.events.append({ stream, fence: 1, events: numbered(first + 1, first + 3) });
        const events = { stream, fence: 1, events: numbered(first + 4, first + 4) };
        await apply(storage, { writes: [put(run)], events });
        await ear.hears(heard + 5);
        await sleep(50);
        expect(ear.heard.slice(heard)).toEqual(logged(numbered(first, first + 4)));
      }
      ended.abort();
    });

    it('ends with its signal, and with no other', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const [first, second] = [new Ear(), new Ear()];
      const [firstEnded, secondEnded] = [new AbortController(), new AbortController()];
      await storage.events.subscribe(stream, first.listen, firstEnded);
      await storage.events.subscribe(stream, second.listen, secondEnded);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 1) });
      await Promise.all([first.hears(1), second.hears(1)]);
      firstEnded.abort();
      await storage.events.append({ stream, fence: 0, events: numbered(2, 3) });
      expect(await second.hears(3)).toEqual(logged(numbered(1, 3)));
      await sleep(50);
      expect(first.heard).toHaveLength(1);
      secondEnded.abort();
    });

    it('may be ended by the listener itself', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const [ear, ended, earEnded] = [new Ear(), new AbortController(), new AbortController()];
      let calls = 0;
      await storage.events.subscribe(
        stream,
        () => {
          calls++;
          ended.abort();
        },
        ended,
      );
      await storage.events.subscribe(stream, ear.listen, earEnded);
      for (let n = 1; n <= 3; n++) await storage.events.append({ stream, fence: 0, events: numbered(n, n) });
      await ear.hears(3);
      await sleep(50);
      expect(calls).toBe(1);
      earEnded.abort();
    });

    it('does nothing with a signal that is aborted already', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const [ear, other, ended] = [new Ear(), new Ear(), new AbortController()];
      await storage.events.subscribe(stream, ear.listen, { signal: AbortSignal.abort() });
      await storage.events.subscribe(stream, other.listen, ended);
      await storage.events.append({ stream, fence: 0, events: numbered(1, 1) });
      await other.hears(1);
      await sleep(50);
      expect(ear.heard).toEqual([]);
      ended.abort();
    });

    it('hears nothing of an append that was refused', async ({ storage }) => {
      const { stream } = await aStream(storage);
      const [ear, ended] = [new Ear(), new AbortController()];
      await storage.events.append({ stream, fence: 2, events: [] });
      await storage.events.subscribe(stream, ear.listen, ended);
      await storage.events.append({ stream, fence: 1, events: numbered(98, 99) });
      await storage.events.append({ stream, fence: 2, events: numbered(1, 1) });
      expect(await ear.hears(1)).toEqual(logged(numbered(1, 1)));
      ended.abort();
    });
  });
}
