import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createInProcessDispatcher } from './in-process-dispatcher.ts';

const ticket = (runId: string): { threadId: string; runId: string } => ({ threadId: 'thread_1', runId });
const forever = (): AbortSignal => new AbortController().signal;

describe('createInProcessDispatcher', () => {
  it('starts runs in the order of their arrival, never more than allowed at a time', async () => {
    const dispatcher = createInProcessDispatcher({ maxConcurrent: 2 });
    const started: string[] = [];
    let running = 0;
    let most = 0;
    for (let index = 0; index < 6; index++) dispatcher.enqueue(ticket(`run_${index}`));
    dispatcher.start(async ({ runId }) => {
      started.push(runId);
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
    });
    await sleep(60);
    expect(started).toEqual(['run_0', 'run_1', 'run_2', 'run_3', 'run_4', 'run_5']);
    expect(most).toBe(2);
  });

  it('looks once more at a run that was enqueued while it was advanced, after that and not beside it', async () => {
    const dispatcher = createInProcessDispatcher();
    const log: string[] = [];
    dispatcher.start(async () => {
      log.push('begin');
      await sleep(5);
      log.push('end');
    });
    dispatcher.enqueue(ticket('run_1'));
    dispatcher.enqueue(ticket('run_1'));
    dispatcher.enqueue(ticket('run_1'));
    await sleep(40);
    expect(log).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('interrupts the run it is told to, and no other', async () => {
    const dispatcher = createInProcessDispatcher();
    const interrupted: string[] = [];
    dispatcher.start(async ({ runId }, signal) => {
      signal.addEventListener('abort', () => interrupted.push(runId));
      await sleep(10);
    });
    dispatcher.enqueue(ticket('run_1'));
    dispatcher.enqueue(ticket('run_2'));
    dispatcher.interrupt(ticket('run_2'));
    dispatcher.interrupt(ticket('run_unknown'));
    await dispatcher.close({ signal: forever() });
    expect(interrupted).toEqual(['run_2']);
  });

  it('waits for running runs when it closes and starts none of those that wait', async () => {
    const dispatcher = createInProcessDispatcher({ maxConcurrent: 1 });
    const ended: string[] = [];
    dispatcher.start(async ({ runId }) => {
      await sleep(10);
      ended.push(runId);
    });
    dispatcher.enqueue(ticket('run_1'));
    dispatcher.enqueue(ticket('run_2'));
    await dispatcher.close({ signal: forever() });
    expect(ended).toEqual(['run_1']);
  });

  it('stops running runs when the time for waiting is over', async () => {
    const dispatcher = createInProcessDispatcher();
    let stopped = false;
    dispatcher.start(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            stopped = true;
            resolve();
          });
        }),
    );
    dispatcher.enqueue(ticket('run_1'));
    await dispatcher.close({ signal: AbortSignal.timeout(5) });
    expect(stopped).toBe(true);
  });
});
