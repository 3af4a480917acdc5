import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ThreadSaves } from './thread-saves.ts';

let isAway: boolean;
let writes: number;
let saves: ThreadSaves;

beforeEach(() => {
  vi.useFakeTimers();
  isAway = true;
  writes = 0;
  saves = new ThreadSaves(() => {
    writes++;
    return isAway ? Promise.reject(new Error('away')) : Promise.resolve();
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it('repeats what failed, after longer and longer pauses, until it succeeds', async () => {
  await expect(saves.save('thread_1')).rejects.toThrow('away');
  for (const [pauseMs, expected] of [
    [249, 1],
    [1, 2],
    [500, 3],
    [1000, 4],
    [3_600_000, 67],
  ] as const) {
    await vi.advanceTimersByTimeAsync(pauseMs);
    expect(writes).toBe(expected);
  }
  expect([saves.isUnsaved('thread_1'), saves.hasFailed('thread_1')]).toEqual([true, true]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([saves.isUnsaved('thread_1'), saves.hasFailed('thread_1')]).toEqual([false, false]);
  expect([writes, vi.getTimerCount()]).toEqual([68, 0]);
});

it('gives up at last, until the thread is saved again', async () => {
  await expect(saves.save('thread_1')).rejects.toThrow('away');
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect([writes, vi.getTimerCount(), saves.isUnsaved('thread_1')]).toEqual([601, 0, true]);
  isAway = false;
  await saves.save('thread_1');
  expect(saves.isUnsaved('thread_1')).toBe(false);
});

it('repeats nothing that was saved meanwhile, and nothing after the end', async () => {
  await expect(saves.save('thread_1')).rejects.toThrow('away');
  isAway = false;
  await saves.save('thread_1');
  expect(vi.getTimerCount()).toBe(0);
  isAway = true;
  await expect(saves.save('thread_1')).rejects.toThrow('away');
  await saves.close();
  expect([writes, vi.getTimerCount()]).toEqual([4, 0]);
});
