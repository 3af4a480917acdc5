import { StorageError } from '@cogitator-ai/openai-storage';

/** Result codes of SQLite: another connection holds the lock. */
const BUSY = 5;
const LOCKED = 6;
/** Result codes of a file that is no database, or a broken one. */
const DAMAGED = new Set([11, 26]);

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The upper bits tell more of the same.
  return error.errcode & 0xff;
}

/** Whether the statement may succeed once another process has finished its own. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** The error a caller of the storage gets. */
export function toStorageError(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (DAMAGED.has(code))
    return new StorageError('schema_mismatch', `The database cannot be read: ${message}`, { cause: error });
  return new StorageError('unavailable', `The database refused: ${message}`, { cause: error });
}
