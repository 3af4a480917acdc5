import { describe, expect, it } from 'vitest';
import type { EventStreamKey } from '../contract/event-log.ts';
import type { RecordKey } from '../contract/records.ts';
import type { Storage } from '../contract/storage.ts';
import { createMemoryStorage } from './memory-storage.ts';

const { signal } = new AbortController();
const thread: RecordKey = { kind: 'thread', path: [], id: 'thread' };

async function* bytes(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

describe('maxBlobBytes', () => {
  const refused = { code: 'unavailable', retryable: true };

  it('is what all blobs together may take', async () => {
    const { blobs } = createMemoryStorage({ maxBlobBytes: 100 });
    await blobs.put('a', bytes(40, 20), { signal });
    await expect(blobs.put('b', bytes(30, 11), { signal })).rejects.toMatchObject(refused);
    expect(await blobs.get('b', { signal })).toBeNull();
    await blobs.put('c', bytes(40), { signal });
    await expect(blobs.put('d', bytes(1), { signal })).rejects.toMatchObject(refused);
    await blobs.put('empty', bytes(0), { signal });
  });

  it('counts what is arriving', async () => {
    const { blobs } = createMemoryStorage({ maxBlobBytes: 100 });
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((key) => blobs.put(key, bytes(10, 10, 10, 10), { signal })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await blobs.put('rest', bytes(60), { signal });
    await expect(blobs.put('more', bytes(1), { signal })).rejects.toMatchObject(refused);
  });

  it('is free again after a delete, a failed and an aborted put', async () => {
    const { blobs } = createMemoryStorage({ maxBlobBytes: 100 });
    const whole = { bytes: 100 };
    await blobs.put('a', bytes(100), { signal });
    await blobs.delete('a');
    expect(await blobs.put('a', bytes(50, 50), { signal })).toMatchObject(whole);
    await expect(blobs.put('a', bytes(), { signal })).rejects.toMatchObject({ code: 'conflict' });
    await blobs.delete('a');

    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* bytes(90);
      throw new Error('broken');
    }
    await expect(blobs.put('b', failing(), { signal })).rejects.toThrow('broken');
    const controller = new AbortController();
    async function* aborting(): AsyncGenerator<Uint8Array> {
      yield* bytes(90);
      controller.abort(new Error('gone'));
      yield* bytes(5);
    }
    await expect(blobs.put('b', aborting(), controller)).rejects.toThrow('gone');
    expect(await blobs.put('b', bytes(100), { signal })).toMatchObject(whole);
  });
});

describe('maxFinishedEventSize', () => {
  /** A storage with runs `r0`, `r1`, … of one event of 10 units each, finished in that order. */
  async function aStorage(runs: number, max: number): Promise<{ storage: Storage; left: () => Promise<string[]> }> {
    const storage = createMemoryStorage({ maxFinishedEventSize: max });
    const streams = Array.from({ length: runs }, (_, n): EventStreamKey => ({ partition: 'thread', id: `r${n}` }));
    await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
    for (const stream of streams) {
      const key: RecordKey = { kind: 'run', path: ['thread'], id: stream.id };
      await storage.commit({ writes: [{ write: 'insert', key, body: '{}' }] });
      await storage.events.append({ stream, fence: 0, events: [{ event: 'e', data: '0123456789' }] });
    }
    for (const stream of streams) await storage.events.finish(stream, { retainMs: 60_000 });
    const left = async (): Promise<string[]> => {
      const ids: string[] = [];
      for (const stream of streams) {
        if ((await storage.events.read(stream, { after: 0, limit: 1 })).length > 0) ids.push(stream.id);
      }
      return ids;
    };
    return { storage, left };
  }

  it('has the streams that were finished first forgotten first', async () => {
    const { left } = await aStorage(5, 30);
    expect(await left()).toEqual(['r2', 'r3', 'r4']);
  });

  it('counts what was appended after the end, and what was forgotten no more', async () => {
    const { storage, left } = await aStorage(3, 30);
    const finish = (id: string): Promise<void> =>
      storage.events.finish({ partition: 'thread', id }, { retainMs: 60_000 });
    const stream = { partition: 'thread', id: 'r1' };
    await storage.events.append({ stream, fence: 0, events: [{ event: 'e', data: '0123456789' }] });
    await finish('r2');
    expect(await left()).toEqual(['r1', 'r2']);
    await finish('r1');
    await finish('r2');
    expect(await left()).toEqual(['r1', 'r2']);
    await storage.commit({ writes: [{ write: 'delete', key: { kind: 'run', path: ['thread'], id: 'r1' } }] });
    await finish('r2');
    expect(await left()).toEqual(['r2']);
  });

  it('spares streams that are in use', async () => {
    const { storage, left } = await aStorage(2, 10);
    const key: RecordKey = { kind: 'run', path: ['thread'], id: 'busy' };
    const stream = { partition: 'thread', id: 'busy' };
    await storage.commit({
      writes: [{ write: 'insert', key, body: '{}' }],
      events: { stream, fence: 0, events: [{ event: 'e', data: 'x'.repeat(1000) }] },
    });
    await storage.events.finish({ partition: 'thread', id: 'r1' }, { retainMs: 60_000 });
    expect(await left()).toEqual(['r1']);
    expect(await storage.events.read(stream, { after: 0, limit: 1 })).toHaveLength(1);
  });
});

describe('now', () => {
  it('is the clock of due times and of retention', async () => {
    let time = 1_000_000;
    const storage = createMemoryStorage({ now: () => time });
    const run: RecordKey = { kind: 'run', path: ['thread'], id: 'run' };
    const stream = { partition: 'thread', id: 'run' };
    await storage.commit({
      writes: [
        { write: 'insert', key: thread, body: '{}' },
        { write: 'insert', key: run, body: '{}', dueAt: time + 500 },
      ],
      events: { stream, fence: 0, events: [{ event: 'e', data: '{}' }] },
    });
    await storage.events.finish(stream, { retainMs: 1000 });
    const look = async (): Promise<unknown> => [
      await storage.now(),
      (await storage.due('run', 9)).length,
      (await storage.events.read(stream, { after: 0, limit: 9 })).length,
    ];
    expect(await look()).toEqual([1_000_000, 0, 1]);
    time += 499;
    expect(await look()).toEqual([1_000_499, 0, 1]);
    time += 1;
    expect(await look()).toEqual([1_000_500, 1, 1]);
    time += 500;
    expect(await look()).toEqual([1_001_000, 1, 0]);
  });
});
