/**
 * The same chunks, until the signal is aborted: its reason is then thrown at once, also while the source is silent. For drivers,
 * whose `BlobStore.put` must not wait for a source that says nothing.
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  let interrupt = (): void => {};
  const onAbort = (): void => interrupt();
  signal.addEventListener('abort', onAbort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      // Not `Promise.race` with one promise of the abort: that would hold every chunk until the end.
      const next = await new Promise<IteratorResult<T, unknown>>((resolve, reject) => {
        interrupt = () => reject(signal.reason);
        iterator.next().then(resolve, reject);
      });
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a silent source answers only after its next chunk.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
