import { type Storage, StorageError } from '@cogitator-ai/openai-storage';

type Call = (...args: never[]) => Promise<unknown>;

/** A storage of which single calls can be made to fail. */
export interface UnreliableStorage {
  readonly storage: Storage;
  /**
   * Makes the next calls of a method fail as `unavailable`.
   *
   * @param method - Such as `commit` or `events.append`.
   * @param options.when - Which calls, by their arguments as JSON; default all.
   * @param options.times - How many; default 1.
   * @param options.done - Whether they do what they were asked all the same, as when only the answer is lost.
   */
  fail(method: string, options?: { when?: RegExp; times?: number; done?: boolean }): void;
}

export function makeUnreliable(storage: Storage): UnreliableStorage {
  const faults: { method: string; when: RegExp; times: number; done: boolean }[] = [];

  function watch<T extends object>(object: T, prefix: string, others: Partial<T> = {}): T {
    return new Proxy(object, {
      get(target, name) {
        const value: unknown = Reflect.get(name in others ? others : target, name);
        if (typeof value !== 'function') return value;
        const call = (value as Call).bind(target) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const method = prefix + String(name);
          const fault = faults.find(
            (candidate) =>
              candidate.times > 0 && candidate.method === method && candidate.when.test(JSON.stringify(args)),
          );
          if (!fault) return call(...args);
          fault.times--;
          if (fault.done) await call(...args);
          throw new StorageError('unavailable', 'The store is out of reach, as the test asked.');
        };
      },
    });
  }

  return {
    storage: watch(storage, '', {
      events: watch(storage.events, 'events.'),
      blobs: watch(storage.blobs, 'blobs.'),
    }),
    fail(method, { when = /(?:)/, times = 1, done = false } = {}) {
      faults.push({ method, when, times, done });
    },
  };
}
