import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../ports/logger.ts';
import type { RunQueue, RunTicket } from '../ports/run-queue.ts';
import { Dispatcher, HandOverError, type RunHandler } from './dispatcher.ts';
import { createInProcessQueue } from './in-process-queue.ts';

const HERE = { here: true };
const NEVER = new AbortController().signal;

const ticket = (runId: string): RunTicket => ({ threadId: 'thread_1', runId, fence: 0 });

/** A queue that gives out what it is told to, and remembers what it was asked for. */
class ManualQueue implements RunQueue {
  readonly added: string[] = [];
  readonly sizes: number[] = [];
  give: (ticket: RunTicket) => Promise<void> = () => expect.unreachable();
  onStop: () => Promise<void> = () => Promise.resolve();

  async add({ runId }: RunTicket): Promise<void> {
    this.added.push(runId);
  }

  work(handle: (ticket: RunTicket) => Promise<void>, { concurrency }: { concurrency: number }): void {
    this.sizes.push(concurrency);
    this.give = handle;
  }

  resize(concurrency: number): void {
    this.sizes.push(concurrency);
  }

  stop(): Promise<void> {
    return this.onStop();
  }
}

let warnings: object[];
let logger: Logger;
/** Runs that are being advanced, in the order in which they were begun. */
let running: Map<string, { signal: AbortSignal; finish: () => void }>;

beforeEach(() => {
  warnings = [];
  logger = { debug() {}, info() {}, warn: (fields) => warnings.push(fields), error: () => expect.unreachable() };
  running = new Map();
});

/** Advances a run until the test ends it. */
const advance: RunHandler = ({ runId }, signal) =>
  new Promise((resolve) => {
    const finish = (): void => {
      running.delete(runId);
      resolve();
    };
    running.set(runId, { signal, finish });
  });

function start(queue: RunQueue, maxConcurrent: number): Dispatcher {
  const dispatcher = new Dispatcher({ queue, logger, maxConcurrent });
  dispatcher.start(advance);
  return dispatcher;
}

async function end(runId: string): Promise<void> {
  running.get(runId)?.finish();
  await setImmediate();
}

describe('a run', () => {
  it('is advanced at once when somebody here waits for it, else in its turn', () => {
    const queue = new ManualQueue();
    const dispatcher = start(queue, 3);
    dispatcher.enqueue(ticket('run_1'), HERE);
    dispatcher.enqueue(ticket('run_2'));
    expect([[...running.keys()], queue.added, dispatcher.size]).toEqual([['run_1'], ['run_2'], 1]);
  });

  it('waits for its turn before anything is advanced here', () => {
    const queue = new ManualQueue();
    const dispatcher = new Dispatcher({ queue, logger, maxConcurrent: 3 });
    dispatcher.enqueue(ticket('run_1'), HERE);
    expect(queue.added).toEqual(['run_1']);
  });

  it('waits for its turn when there is no room, whoever waits for it', async () => {
    const queue = new ManualQueue();
    const dispatcher = start(queue, 2);
    void queue.give(ticket('run_1'));
    void queue.give(ticket('run_2'));
    dispatcher.enqueue(ticket('run_3'), HERE);
    await end('run_1');
    dispatcher.enqueue(ticket('run_4'), HERE);
    expect([[...running.keys()], queue.added]).toEqual([['run_2', 'run_4'], ['run_3']]);
  });

  it('of which next to nothing is left is advanced at once, however full it is, also where none are', () => {
    for (const maxConcurrent of [0, 1]) {
      const queue = new ManualQueue();
      const dispatcher = start(queue, maxConcurrent);
      if (maxConcurrent > 0) void queue.give(ticket('run_1'));
      dispatcher.enqueue(ticket('run_2'), { atOnce: true });
      expect([running.has('run_2'), queue.added]).toEqual([true, []]);
      running.clear();
    }
  });

  it('is interrupted alone', () => {
    const dispatcher = start(new ManualQueue(), 3);
    for (const runId of ['run_1', 'run_2']) dispatcher.enqueue(ticket(runId), HERE);
    dispatcher.interrupt('run_2');
    expect([...running.values()].map(({ signal }) => signal.aborted)).toEqual([false, true]);
    expect(running.get('run_2')?.signal.reason).not.toBeInstanceOf(HandOverError);
  });

  it('that cannot be queued is left to the sweep', async () => {
    const queue = new ManualQueue();
    const err = new Error('The queue is out of reach.');
    queue.add = () => Promise.reject(err);
    start(queue, 1).enqueue(ticket('run_1'));
    await setImmediate();
    expect(warnings).toEqual([{ runId: 'run_1', threadId: 'thread_1', err }]);
  });
});

describe('room', () => {
  it('is taken from the queue by those ahead of it, but never all, and given back', async () => {
    const queue = new ManualQueue();
    const dispatcher = start(queue, 3);
    for (const runId of ['run_1', 'run_2', 'run_3']) dispatcher.enqueue(ticket(runId), HERE);
    expect([[...running.keys()], queue.added, queue.sizes]).toEqual([['run_1', 'run_2'], ['run_3'], [3, 2, 1]]);
    await end('run_2');
    await end('run_1');
    expect(queue.sizes).toEqual([3, 2, 1, 2, 3]);
  });

  it('is never exceeded, and no run is forgotten', async () => {
    for (const maxConcurrent of [1, 2, 5]) {
      const dispatcher = start(createInProcessQueue(), maxConcurrent);
      const begun: string[] = [];
      for (let number = 0; number < 40; number++) {
        dispatcher.enqueue(ticket(`run_${number}`), { here: number % 3 !== 2 });
        expect(dispatcher.size).toBeLessThanOrEqual(maxConcurrent);
        if (number % 5 === 4) begun.push(...(await endFirst()));
      }
      while (running.size > 0) {
        expect(dispatcher.size).toBeLessThanOrEqual(maxConcurrent);
        begun.push(...(await endFirst()));
      }
      expect(new Set(begun).size).toBe(40);
    }

    async function endFirst(): Promise<string[]> {
      const [runId] = running.keys();
      if (runId !== undefined) await end(runId);
      return runId === undefined ? [] : [runId];
    }
  });

  it('may be none: then everything is left to others', async () => {
    const queue = new ManualQueue();
    const dispatcher = start(queue, 0);
    dispatcher.enqueue(ticket('run_1'), HERE);
    dispatcher.enqueue(ticket('run_2'));
    await dispatcher.close({ signal: NEVER });
    // Nothing was taken, nor asked for.
    expect([running.size, queue.sizes, queue.added]).toEqual([0, [], ['run_1', 'run_2']]);
  });
});

describe('close', () => {
  it('waits for those that run, called once or twice', async () => {
    const dispatcher = start(new ManualQueue(), 3);
    dispatcher.enqueue(ticket('run_1'), HERE);
    const signals = [...running.values()].map(({ signal }) => signal);
    let closed = 0;
    const closing = [1, 2].map(() => dispatcher.close({ signal: NEVER }).then(() => closed++));
    await setImmediate();
    expect(closed).toBe(0);
    await end('run_1');
    await Promise.all(closing);
    expect(closed).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await dispatcher.close({ signal: NEVER });
  });

  it.each(['before', 'while it waits'])('has runs handed over when its signal is aborted %s', async (when) => {
    const dispatcher = start(new ManualQueue(), 3);
    for (const runId of ['run_1', 'run_2']) dispatcher.enqueue(ticket(runId), HERE);
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    const closing = dispatcher.close(controller);
    await setImmediate();
    controller.abort();
    for (const { signal } of running.values()) expect(signal.reason).toBeInstanceOf(HandOverError);
    await end('run_1');
    await end('run_2');
    await closing;
    expect(dispatcher.size).toBe(0);
  });

  it('has nothing taken that the queue gives out once it has begun, nor anything begun ahead of it', async () => {
    const queue = new ManualQueue();
    const dispatcher = start(queue, 3);
    // As one that was fetching a ticket when it was stopped.
    queue.onStop = async () => {
      await setImmediate();
      await queue.give(ticket('run_1'));
    };
    const closing = dispatcher.close({ signal: NEVER });
    dispatcher.enqueue(ticket('run_2'), HERE);
    await queue.give(ticket('run_3'));
    await closing;
    expect([running.size, queue.added]).toEqual([0, ['run_2']]);
  });
});
