import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import type { LogEvent, LoggedEvent, Storage } from '@cogitator-ai/openai-storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EventSink, readEvents } from './event-reader.ts';
import { EVENTS_LOST } from './lost-events.ts';

const stream = { partition: 'thread_1', id: 'run_1' };
const DONE = { event: 'done', data: '[DONE]' };

let storage: Storage;

beforeEach(async () => {
  storage = createMemoryStorage();
  await storage.commit({
    writes: [
      { write: 'insert', key: { kind: 'thread', path: [], id: 'thread_1' }, body: '{}' },
      { write: 'insert', key: { kind: 'run', path: ['thread_1'], id: 'run_1' }, body: '{}' },
    ],
  });
});

afterEach(() => storage.close());

function append(...data: string[]): Promise<number | null> {
  const events = data.map((text) => (text === 'done' ? DONE : { event: 'thread.message.delta', data: text }));
  return storage.events.append({ stream, fence: 1, events });
}

/** A sink that takes `room` writes and is then full until drained. */
class SlowSink implements EventSink {
  readonly received: string[] = [];
  readonly #room: number;
  #writes = 0;
  drains = 0;

  constructor(room = Infinity) {
    this.#room = room;
  }

  write(events: readonly LoggedEvent[]): boolean {
    for (const { seq, data } of events) this.received.push(`${seq}:${data}`);
    return ++this.#writes % this.#room !== 0;
  }

  drained(): Promise<void> {
    this.drains++;
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** The done of a whole run has no number: it may not be the last of the log. */
class NamedSink extends SlowSink {
  override write(events: readonly LogEvent[]): boolean {
    const numbered = events.filter((event): event is LoggedEvent => 'seq' in event);
    const isFree = super.write(numbered);
    if (numbered.length < events.length) this.received.push('done');
    return isFree;
  }
}

function read(sink: EventSink, options: Partial<Parameters<typeof readEvents>[3]> = {}): Promise<boolean> {
  const signal = new AbortController().signal;
  return readEvents(storage.events, stream, sink, {
    after: 0,
    isWhole: false,
    signal,
    silenceMs: 60_000,
    isOver: () => Promise.resolve(false),
    ...options,
  });
}

describe('readEvents', () => {
  it('ends with an error when the store has lost events that were passed on, and not for who comes later', async () => {
    await append('a');
    const sink = new SlowSink();
    const reading = read(sink);
    await expect.poll(() => sink.received).toEqual(['1:a']);
    await storage.events.append({
      stream,
      fence: 1,
      events: [
        { event: EVENTS_LOST, data: '{}' },
        { event: 'x', data: 'again' },
      ],
    });
    await expect(reading).rejects.toMatchObject({ name: 'EventsLostError', code: 'unavailable' });
    await append('done');
    const later = new SlowSink();
    await read(later);
    expect(later.received).toEqual(['1:a', '3:again', '4:[DONE]']);
  });

  it('replays what was appended before and passes on what follows, up to done', async () => {
    await append('a', 'b');
    const sink = new SlowSink();
    const reading = read(sink);
    await new Promise(setImmediate);
    await append('c');
    await append('d', 'done', 'later');
    await reading;
    expect(sink.received).toEqual(['1:a', '2:b', '3:c', '4:d', '5:[DONE]']);
  });

  it('begins after the sequence number it is given', async () => {
    await append('a', 'done', 'b', 'done');
    const sink = new SlowSink();
    await read(sink, { after: 2 });
    expect(sink.received).toEqual(['3:b', '4:[DONE]']);
  });

  it('reads from the log what a full sink could not take, without gap or duplicate', async () => {
    const sink = new SlowSink(2);
    const reading = read(sink);
    const expected: string[] = [];
    for (let index = 1; index <= 2000; index++) {
      await append(`t${index}`);
      expected.push(`${index}:t${index}`);
      if (index % 100 === 0) await new Promise(setImmediate);
    }
    await append('done');
    await reading;
    expect(sink.received).toEqual([...expected, '2001:[DONE]']);
    expect(sink.drains).toBeGreaterThan(1);
  });

  it('resolves when the reader leaves, and takes nothing afterwards', async () => {
    const gone = new AbortController();
    const sink = new SlowSink();
    const reading = read(sink, { signal: gone.signal });
    await append('a');
    await new Promise(setImmediate);
    gone.abort();
    await reading;
    await append('b');
    expect(sink.received).toEqual(['1:a']);
  });

  it('ends at once when the events are gone with their thread, before it began or while it is behind', async () => {
    await append('a');
    const behind = new SlowSink(1);
    const isOver = async (): Promise<boolean> =>
      (await storage.get({ kind: 'run', path: ['thread_1'], id: 'run_1' })) === null;
    const reading = read(behind, { isOver });
    await expect.poll(() => behind.received).toEqual(['1:a']);
    await append('b');
    await storage.commit({ writes: [{ write: 'delete', key: { kind: 'thread', path: [], id: 'thread_1' } }] });
    await reading;

    const late = new SlowSink();
    await read(late, { isOver });
    expect(late.received).toEqual([]);
  });

  it('looks after a silence whether the run is over, and then ends', async () => {
    let asked = 0;
    const sink = new SlowSink();
    await append('a');
    await read(sink, { silenceMs: 5, isOver: () => Promise.resolve(++asked === 3) });
    expect(asked).toBe(3);
    expect(sink.received).toEqual(['1:a']);
  });
});

describe('readEvents of a whole run', () => {
  /** Whether the run has ended, or waits. */
  let isOver: boolean;
  const whole = { isWhole: true, isOver: () => Promise.resolve(isOver) };

  beforeEach(() => {
    isOver = false;
  });

  it('skips a done behind which the run went on, and ends with one when it has ended', async () => {
    await append('a', 'done', 'b', 'done', 'c', 'done');
    isOver = true;
    const sink = new NamedSink();
    expect(await read(sink, whole)).toBe(true);
    expect(sink.received).toEqual(['1:a', '3:b', '5:c', 'done']);
  });

  it('skips a done behind which the run went on while it was read, and ends as soon as it is over', async () => {
    const sink = new NamedSink();
    const reading = read(sink, whole);
    await append('a', 'done');
    await expect.poll(() => sink.received).toEqual(['1:a']);
    await append('b');
    await append('done');
    await append('c', 'done', 'd');
    await expect.poll(() => sink.received).toEqual(['1:a', '3:b', '5:c', '7:d']);
    isOver = true;
    await append('done');
    expect(await reading).toBe(true);
    expect(sink.received).toEqual(['1:a', '3:b', '5:c', '7:d', 'done']);
  });

  it('skips a done that a full sink was behind of', async () => {
    const sink = new NamedSink(1);
    const reading = read(sink, whole);
    for (const data of ['a', 'done', 'b', 'done', 'c']) await append(data);
    await expect.poll(() => sink.received).toEqual(['1:a', '3:b', '5:c']);
    isOver = true;
    await append('done');
    await reading;
    expect(sink.received).toEqual(['1:a', '3:b', '5:c', 'done']);
  });

  it('goes on when its client answers between the last event that was read and the question whether it is over', async () => {
    await append('a', 'done');
    const sink = new NamedSink();
    let asked = 0;
    const reading = read(sink, {
      isWhole: true,
      async isOver() {
        // It waited when it was looked at, and has gone on when nothing more is looked for.
        if (++asked === 1) await append('b');
        return asked === 1 || isOver;
      },
    });
    await expect.poll(() => sink.received).toEqual(['1:a', '3:b']);
    await append('c');
    await expect.poll(() => sink.received).toEqual(['1:a', '3:b', '4:c']);
    isOver = true;
    await append('done');
    expect(await reading).toBe(true);
    expect(sink.received).toEqual(['1:a', '3:b', '4:c', 'done']);
  });

  it('waits behind a done while the run is going on again, without asking all the time', async () => {
    await append('a', 'done');
    const sink = new NamedSink();
    let asked = 0;
    const reading = read(sink, { isWhole: true, isOver: () => Promise.resolve(++asked > 1) });
    await expect.poll(() => asked).toBe(1);
    for (let tick = 0; tick < 20; tick++) await new Promise(setImmediate);
    expect(asked).toBe(1);
    await append('b', 'done');
    await reading;
    expect([sink.received, asked]).toEqual([['1:a', '3:b', 'done'], 2]);
  });

  it('sends no done of a run whose last events are lost', async () => {
    await append('a', 'done', 'b');
    isOver = true;
    const sink = new NamedSink();
    expect(await read(sink, { ...whole, silenceMs: 5 })).toBe(false);
    expect(sink.received).toEqual(['1:a', '3:b']);
  });

  it('sends the one done also to who has all the rest', async () => {
    await append('a', 'done');
    isOver = true;
    const sink = new NamedSink();
    expect(await read(sink, { ...whole, after: 1 })).toBe(true);
    expect(sink.received).toEqual(['done']);
  });
});
