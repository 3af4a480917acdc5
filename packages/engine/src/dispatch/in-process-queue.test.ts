import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunQueue, RunTicket } from '../ports/run-queue.ts';
import { createInProcessQueue } from './in-process-queue.ts';

const ticket = (runId: string, fence = 0): RunTicket => ({ threadId: 'thread_1', runId, fence });

let queue: RunQueue;
/** Tickets that were taken, in order. */
let taken: string[];
let ends: Map<string, () => void>;

beforeEach(() => {
  queue = createInProcessQueue();
  taken = [];
  ends = new Map();
});

async function add(...runIds: string[]): Promise<void> {
  for (const runId of runIds) await queue.add(ticket(runId));
}

function work(concurrency: number): void {
  const handle = ({ runId }: RunTicket): Promise<void> => {
    taken.push(runId);
    return new Promise((resolve) => ends.set(runId, resolve));
  };
  queue.work(handle, { concurrency });
}

async function end(runId: string): Promise<void> {
  ends.get(runId)?.();
  await setImmediate();
}

describe('the queue of a process', () => {
  it('gives tickets out in their order, so many at a time, also those that came before work began', async () => {
    await add('a', 'b', 'c');
    work(2);
    await add('d');
    expect(taken).toEqual(['a', 'b']);
    await end('b');
    expect(taken).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('a');
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives out first what is added first of all', async () => {
    await add('a', 'b');
    await queue.add(ticket('c'), { first: true });
    work(1);
    for (const runId of ['c', 'a']) await end(runId);
    expect(taken).toEqual(['c', 'a', 'b']);
  });

  it('takes more at once when it gets room, and none until there is room again when it loses some', async () => {
    work(1);
    await add('a', 'b', 'c', 'd', 'e');
    queue.resize(3);
    expect(taken).toEqual(['a', 'b', 'c']);
    queue.resize(1);
    await end('a');
    await end('b');
    expect(taken).toEqual(['a', 'b', 'c']);
    await end('c');
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
  });

  it('holds a run once while it waits, and again once it was taken', async () => {
    work(1);
    await add('a', 'b');
    await queue.add(ticket('b', 1));
    await add('a', 'a');
    await end('a');
    await end('b');
    await end('a');
    expect(taken).toEqual(['a', 'b', 'a']);
  });

  it('refuses no ticket but drops those beyond its bound', () => {
    for (let number = 0; number < 100_010; number++) void queue.add(ticket(`run_${number}`));
    let count = 0;
    queue.work(async () => void count++, { concurrency: Infinity });
    expect(count).toBe(100_000);
  });

  it('gives nothing out once it is stopped', async () => {
    work(1);
    await add('a', 'b');
    await queue.stop();
    await end('a');
    await add('c');
    queue.resize(5);
    expect(taken).toEqual(['a']);
  });
});
