import { StorageError } from '@cogitator-ai/openai-storage';

/** The error a caller gets for what the file system refused, such as a full disk. */
export function toFileError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  return new StorageError('unavailable', `The file system refused: ${error.message}`, { cause: error });
}
