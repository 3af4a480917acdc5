import { ModelError } from '@cogitator-ai/openai-engine';

/**
 * What a source yields, until the signal is aborted: then it is left alone, even if it does not answer.
 *
 * @throws `ModelError` `aborted`, at once; `unavailable` with what the source throws.
 */
export async function* abandonOnAbort<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const abort = (): void => aborted.reject(new ModelError('aborted', 'The model call was stopped.'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done) break;
      yield next.value;
    }
    isOver = true;
  } catch (error) {
    if (ModelError.isInstance(error)) throw error;
    isOver = true;
    throw new ModelError('unavailable', error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
    // A generator that waits ends when what it waits for comes; nobody waits for that.
    if (!isOver) iterator.return?.().catch(() => {});
  }
}
