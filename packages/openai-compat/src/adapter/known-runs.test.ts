import { createMemoryStorage } from '@cogitator-ai/openai-storage/memory';
import { expect, it } from 'vitest';
import { KnownRuns } from './known-runs.ts';

const key = (id: string) => ({ kind: 'run', path: ['thread_1'], id }) as const;
const thread = { kind: 'thread', path: [], id: 'thread_1' } as const;

it('knows runs as they were written last, and not those that were not written', async () => {
  const runs = new KnownRuns();
  const storage = runs.watch(createMemoryStorage());
  const insert = (id: string) => ({ write: 'insert', key: key(id), body: `{"id":"${id}","status":"queued"}` }) as const;
  await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }, insert('run_1'), insert('run_2')] });
  await storage.commit({ writes: [{ write: 'put', key: key('run_1'), body: '{"id":"run_1","status":"failed"}' }] });
  await storage.commit({ writes: [{ write: 'put', key: key('run_3'), body: '{"id":"run_3"}' }] });
  const known = (id: string) => runs.get('thread_1', id);
  expect([known('run_1'), known('run_2')]).toMatchObject([{ status: 'failed' }, { status: 'queued' }]);
  expect([known('run_3'), runs.get('thread_2', 'run_1')]).toEqual([undefined, undefined]);
  await storage.commit({ writes: [{ write: 'delete', key: key('run_2') }] });
  expect([known('run_1')?.id, known('run_2')]).toEqual(['run_1', undefined]);
  await storage.commit({ writes: [{ write: 'delete', key: thread }] });
  expect(known('run_1')).toBeUndefined();
});

it('forgets those that were not written for longest when they are too many', async () => {
  const runs = new KnownRuns();
  const storage = runs.watch(createMemoryStorage());
  await storage.commit({ writes: [{ write: 'insert', key: thread, body: '{}' }] });
  const instructions = 'x'.repeat(2 ** 20);
  for (let number = 1; number <= 20; number++) {
    const body = JSON.stringify({ id: `run_${number}`, instructions });
    await storage.commit({ writes: [{ write: 'insert', key: key(`run_${number}`), body }] });
  }
  const known = Array.from({ length: 20 }, (_, index) => runs.get('thread_1', `run_${index + 1}`) !== undefined);
  expect(known.indexOf(true)).toBe(5);
  expect(known.lastIndexOf(false)).toBe(4);
});
