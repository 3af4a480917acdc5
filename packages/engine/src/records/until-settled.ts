import { StorageError } from '@cogitator-ai/openai-storage';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a change that others keep overtaking is attempted, in ms: one of many succeeds in each round trip to the store. */
const MAX_MS = 30_000;
/** Longest pause between two attempts, in ms. */
const MAX_PAUSE_MS = 50;

/**
 * Reads, changes and writes until nobody else wrote in between. The pauses are random, so that many who want the same do not
 * keep meeting.
 *
 * @param attempt - Answers `undefined` to be tried again.
 * @throws `StorageError` `unavailable` after {@link MAX_MS}; what `attempt` throws.
 */
export async function untilSettled<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + MAX_MS;
  for (let count = 0; performance.now() < end; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
    // At first the other one is done by now.
    if (count > 0) await sleep(Math.random() * Math.min(2 ** count, MAX_PAUSE_MS));
  }
  throw new StorageError('unavailable', `Others kept changing the same record for ${MAX_MS} ms.`);
}
