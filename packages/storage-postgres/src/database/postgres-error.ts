import { DatabaseError } from 'pg';
import { StorageError } from '@cogitator-ai/openai-storage';

/** SQLSTATE of a commit that was refused; its detail says why. */
const REFUSED = 'OAC01';
/** Classes of SQLSTATE that tell of a schema that is not ours. */
const SCHEMA = new Set(['42P01', '42883', '42703', '3F000']);
/** Another transaction was in the way. */
const CONTENTION = new Set(['40001', '40P01']);

function stateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Why a commit was refused, or `null` for any other error. */
export function refusalOf(error: unknown): Record<string, unknown> | null {
  if (stateOf(error) !== REFUSED || !(error instanceof Error) || !('detail' in error)) return null;
  return JSON.parse(String(error.detail)) as Record<string, unknown>;
}

/** Whether nothing was done and the same may succeed at once. */
export function isContention(error: unknown): boolean {
  return CONTENTION.has(stateOf(error) ?? '');
}

/** Whether the server refused a statement, which has then done nothing. */
export function isStatementError(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof DatabaseError;
}

/** The error a caller of the storage gets. */
export function toStorageError(error: unknown): StorageError {
  if (StorageError.isInstance(error)) return error;
  const message = error instanceof Error ? error.message || stateOf(error) || error.name : String(error);
  const code = SCHEMA.has(stateOf(error) ?? '') ? 'schema_mismatch' : 'unavailable';
  return new StorageError(code, `PostgreSQL: ${message}`, { cause: error });
}
