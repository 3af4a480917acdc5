/**
 * Does something with each item, so many at a time. After a failure the others are aborted, and waited for.
 *
 * @throws what the first task to fail throws; the signal's reason.
 */
export async function inParallel<T>(
  items: readonly T[],
  { limit, signal }: { limit: number; signal: AbortSignal },
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const left = items.values();
  const work = async (): Promise<void> => {
    try {
      for (const item of left) {
        either.throwIfAborted();
        await task(item, either);
      }
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, work);
  await Promise.allSettled(workers);
  either.throwIfAborted();
}
