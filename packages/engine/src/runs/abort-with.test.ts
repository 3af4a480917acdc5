import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { abortWith } from './abort-with.ts';

it('aborts with the first of its signals, also with one that is aborted already', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = abortWith(first.signal, second.signal);
  expect(signal.aborted).toBe(false);
  second.abort();
  expect(signal.aborted).toBe(true);
  expect(abortWith(first.signal, second.signal).signal.aborted).toBe(true);
});

it('leaves nothing on its signals once it is released', () => {
  const long = new AbortController();
  for (let count = 0; count < 100; count++) {
    const linked = abortWith(new AbortController().signal, long.signal);
    linked.signal.addEventListener('abort', () => {});
    linked.release();
  }
  expect(getEventListeners(long.signal, 'abort')).toEqual([]);
});
