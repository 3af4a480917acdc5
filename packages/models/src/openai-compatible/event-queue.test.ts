import type { ModelEvent } from '@cogitator-ai/openai-engine';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

const text = (word: string): ModelEvent => ({ type: 'text', text: word });

let calls: string[];
let stop: AbortController;
let queue: EventQueue;
beforeEach(() => {
  calls = [];
  stop = new AbortController();
  const source = {
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    closed: (isComplete: boolean) => calls.push(isComplete ? 'complete' : 'cut'),
  };
  queue = new EventQueue(source, stop.signal);
});

describe('EventQueue', () => {
  it('hands events over in order, whether they or the reader come first', async () => {
    const first = queue.next();
    queue.push(text('a'));
    queue.push(text('b'));
    queue.end();
    queue.push(text('late'));
    expect([await first, ...(await Array.fromAsync(queue))]).toEqual([{ value: text('a'), done: false }, text('b')]);
    expect(calls).toEqual(['complete']);
  });

  it('gives what waits before an error, and the error once', async () => {
    queue.push(text('a'));
    queue.fail(new Error('broken'));
    queue.fail(new Error('again'));
    expect(await queue.next()).toEqual({ value: text('a'), done: false });
    await expect(queue.next()).rejects.toThrow('broken');
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(calls).toEqual(['cut']);
  });

  it('gives nothing but an error when it is stopped', async () => {
    queue.push(text('a'));
    stop.abort();
    await expect(queue.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(calls).toEqual(['cut']);
  });

  it('gives no rest of a turn that ended before it was stopped', async () => {
    queue.push(text('a'));
    queue.push(text('b'));
    queue.end();
    await queue.next();
    stop.abort();
    await expect(queue.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(calls).toEqual(['complete']);
  });

  it('rejects a reader that waits', async () => {
    const waiting = queue.next();
    queue.fail(new Error('broken'));
    await expect(waiting).rejects.toThrow('broken');
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it('tells its source when the reader leaves', async () => {
    queue.push(text('a'));
    queue.push(text('b'));
    for await (const event of queue) {
      expect(event).toEqual(text('a'));
      break;
    }
    expect(calls).toEqual(['cut']);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it('pauses its source while much waits', async () => {
    for (let count = 0; count < 300; count++) queue.push(text('x'));
    expect(calls).toEqual(['pause']);
    for (let count = 0; count < 299; count++) await queue.next();
    expect(calls).toEqual(['pause']);
    await queue.next();
    expect(calls).toEqual(['pause', 'resume']);
  });
});
