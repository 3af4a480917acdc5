import type { Storage } from '@cogitator-ai/openai-storage';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Methods that are slowed down: all that several clients could overtake each other in. */
const SLOW = new Set(['get', 'getMany', 'list', 'commit', 'due', 'renew', 'append', 'read', 'put', 'delete']);

/**
 * A store that sometimes takes its time, before it does what it was asked and before it says so, as one behind a network
 * does. Without that, requests that arrive at once would still be served almost one after another.
 */
export function slowDown(storage: Storage, random: Random): Storage {
  return slowMethods(storage, random, {
    events: slowMethods(storage.events, random),
    blobs: slowMethods(storage.blobs, random),
  });
}

function slowMethods<T extends object>(object: T, random: Random, others: Partial<T> = {}): T {
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(name in others ? others : target, name);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      if (!SLOW.has(String(name))) return method;
      return async (...args: unknown[]) => {
        await pause(random);
        const result = await method(...args);
        await pause(random);
        return result;
      };
    },
  });
}

async function pause(random: Random): Promise<void> {
  if (random.chance(0.3)) await sleep(random.between(0, 4));
}
