import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

/** Counts from 0, and tells when it was ended. */
async function* counting(ended: () => void): AsyncGenerator<number> {
  try {
    for (let n = 0; ; n++) yield await Promise.resolve(n);
  } finally {
    ended();
  }
}

/** Reads until 3, then leaves or aborts; tells what was thrown. */
async function readThree(end: 'leave' | 'abort', controller: AbortController, ended: () => void): Promise<unknown> {
  try {
    for await (const n of untilAborted(counting(ended), controller.signal)) {
      if (n < 3) continue;
      if (end === 'leave') break;
      controller.abort('aborted');
    }
    return null;
  } catch (error) {
    return error;
  }
}

it.for([
  ['leave', null],
  ['abort', 'aborted'],
] as const)('ends the source after %s', async ([end, thrown]) => {
  const controller = new AbortController();
  let ended = false;
  expect(await readThree(end, controller, () => (ended = true))).toBe(thrown);
  await turn();
  expect(ended).toBe(true);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('holds no chunk that was read', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let first: WeakRef<Uint8Array> | undefined;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 50; n++) {
      const chunk = new Uint8Array(100);
      first ??= new WeakRef(chunk);
      yield await Promise.resolve(chunk);
    }
  }
  let held = 0;
  for await (const chunk of untilAborted(source(), new AbortController().signal)) held = chunk.byteLength;
  for (let attempt = 0; attempt < 10 && first?.deref(); attempt++) {
    await turn();
    collectGarbage();
  }
  expect(held).toBe(100);
  expect(first?.deref()).toBeUndefined();
});
