import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelEvent } from '@cogitator-ai/openai-engine';
import type { Reply } from '@cogitator-ai/tests-upstream';
import { expect, it } from 'vitest';
import { never, QUESTION, usePair } from './ask.ts';

const pair = usePair();
const FOREVER = new Promise(() => {});

/** What a turn ends with that is stopped after so many events. */
async function stopAfter(events: number, reply: Reply): Promise<unknown> {
  pair.upstream.script(reply);
  const stop = new AbortController();
  let count = 0;
  try {
    for await (const _ of pair.provider.stream('m', QUESTION, { signal: stop.signal })) {
      count++;
      if (count === events) stop.abort();
    }
  } catch (error) {
    return error;
  }
  return 'its own end';
}

/** What a turn ends with that is stopped a little after the upstream got its request. */
async function stopWaiting(reply: Reply): Promise<unknown> {
  pair.upstream.script(reply);
  const stop = new AbortController();
  const turn = Array.fromAsync(pair.provider.stream('m', QUESTION, { signal: stop.signal }));
  const failure = turn.catch((error: unknown) => error);
  while (pair.upstream.requests.length === 0) await sleep(1);
  // Long enough for an error answer to have arrived, shorter than the wait after it.
  await sleep(50);
  stop.abort();
  return failure;
}

const ABORTED = { name: 'ModelError', code: 'aborted' };

it('closes the connection when it is stopped before the model has answered', async () => {
  expect(await stopWaiting({ hang: true })).toMatchObject(ABORTED);
  await pair.upstream.requests[0]?.closed;
  expect(pair.upstream.requests[0]?.aborted).toBe(true);
});

it('closes the connection when it is stopped while the answer arrives', async () => {
  const reply = { text: ['a', 'b', 'c'], pause: { after: 3, until: FOREVER } };
  expect(await stopAfter(2, reply)).toMatchObject(ABORTED);
  await pair.upstream.requests[0]?.closed;
  expect(pair.upstream.requests[0]?.aborted).toBe(true);
});

it('gives nothing any more when it is stopped, not even what has arrived', async () => {
  expect(await stopAfter(1, { text: Array.from({ length: 50 }, () => 'x') })).toMatchObject(ABORTED);
});

it('does not ask again when it is stopped between two tries', async () => {
  expect(await stopWaiting({ error: { status: 500 } })).toMatchObject(ABORTED);
  await sleep(700);
  expect(pair.upstream.requests).toHaveLength(1);
});

it('asks nobody when it was stopped before it began', async () => {
  const turn = Array.fromAsync(pair.provider.stream('m', QUESTION, { signal: AbortSignal.abort() }));
  await expect(turn).rejects.toMatchObject(ABORTED);
  expect(pair.upstream.requests).toEqual([]);
});

it('closes the connection when its reader leaves', async () => {
  pair.upstream.script({ text: ['a', 'b'], pause: { after: 3, until: FOREVER } });
  const events: ModelEvent[] = [];
  for await (const event of pair.provider.stream('m', QUESTION, { signal: never() })) {
    events.push(event);
    break;
  }
  expect(events).toEqual([{ type: 'text', text: 'a' }]);
  await pair.upstream.requests[0]?.closed;
  expect(pair.upstream.requests[0]?.aborted).toBe(true);
});

it('leaves nothing on a signal that lives on', async () => {
  const { signal } = new AbortController();
  pair.upstream.script({ text: ['a'] }, { error: { status: 400 } });
  await Array.fromAsync(pair.provider.stream('m', QUESTION, { signal }));
  await expect(Array.fromAsync(pair.provider.stream('m', QUESTION, { signal }))).rejects.toThrow('400');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('lets the connection go when a provider does not end its body after [DONE]', async () => {
  const pieces = 'data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
  pair.upstream.script({ raw: [pieces, ''], pause: { after: 1, until: FOREVER } });
  const events = await Array.fromAsync(pair.provider.stream('m', QUESTION, { signal: never() }));
  expect(events.at(-1)).toMatchObject({ type: 'finish' });
  await pair.upstream.requests[0]?.closed;
  expect(pair.upstream.requests[0]?.aborted).toBe(true);
});
