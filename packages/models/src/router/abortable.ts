import { ModelError } from '@cogitator-ai/openai-engine';

/** Waits for a promise, but not for longer than the signal lets. @throws `ModelError` `aborted`, at once. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new ModelError('aborted', 'The model call was stopped.'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
