import { StorageError } from '@cogitator-ai/openai-storage';

/** What goes wrong in a store of somebody else's is a store that cannot be used now. */
export async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (StorageError.isInstance(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError('unavailable', `The thread storage failed: ${message}`, { cause });
  }
}
