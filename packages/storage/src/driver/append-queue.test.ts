import { expect, it } from 'vitest';
import type { EventBatch } from '../contract/event-log.ts';
import { AppendQueue } from './append-queue.ts';

/** A batch of one event for a run of this name. */
function aBatch(run: string, data = ''): EventBatch {
  return { stream: { partition: 'thread', id: run }, fence: 0, events: [{ event: 'e', data }] };
}

/** A queue, and the runs of each write; what `refuse` throws for a batch is thrown for the write. */
function aQueue(refuse: (run: string) => void = () => {}): { queue: AppendQueue; writes: string[][] } {
  const writes: string[][] = [];
  const queue = new AppendQueue({
    write: async (batches) => {
      await Promise.resolve();
      const runs = batches.map(({ stream }) => stream.id);
      writes.push(runs);
      for (const run of runs) refuse(run);
      return batches.map(() => ({ generation: 'g', lastSeq: 1 }));
    },
    onWritten: () => {},
    isRefusal: (error) => error instanceof RangeError,
  });
  return { queue, writes };
}

it('writes together what comes in meanwhile, up to some size', async () => {
  const { queue, writes } = aQueue();
  const large = 'x'.repeat(3 * 2 ** 20);
  const sizes = [['a'], ['b', large], ['c', large], ['d', large], ['e', large.repeat(4)], ['f'], ['g']] as const;
  const answers = await Promise.all(sizes.map(([run, data]) => queue.append(aBatch(run, data))));
  expect(answers).toEqual(sizes.map(() => 1));
  expect(writes).toEqual([['a'], ['b', 'c'], ['d'], ['e'], ['f', 'g']]);
});

it('refuses one batch for what is wrong with it, and no other', async () => {
  const { queue, writes } = aQueue((run) => {
    if (run === 'c') throw new RangeError('too large');
  });
  const answers = await Promise.allSettled(['a', 'b', 'c', 'd'].map((run) => queue.append(aBatch(run))));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(writes).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
});

it('never writes again what may have been written', async () => {
  let isLost = false;
  const { queue, writes } = aQueue((run) => {
    if (run === 'c' && !isLost) throw new RangeError('too large');
    if (run === 'd') {
      isLost = true;
      throw new Error('the connection broke');
    }
  });
  const append = (runs: string[]): Promise<unknown> =>
    Promise.allSettled(runs.map((run) => queue.append(aBatch(run)))).then((answers) =>
      answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as Error).message : 'written')),
    );
  expect(await append(['a', 'b', 'c', 'd', 'e'])).toEqual([
    'written',
    'written',
    'too large',
    'the connection broke',
    'the connection broke',
  ]);
  expect(await append(['a', 'd', 'e'])).toEqual(['written', 'the connection broke', 'the connection broke']);
  expect(writes).toEqual([['a'], ['b', 'c', 'd', 'e'], ['b'], ['c'], ['d'], ['a'], ['d', 'e']]);
});
