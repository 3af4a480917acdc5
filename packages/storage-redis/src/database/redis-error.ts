import { StorageError } from '@cogitator-ai/openai-storage';

/** Keys hold what this version did not write. */
const WRONG_TYPE = /^WRONGTYPE\b/;
const NO_SCRIPT = /^NOSCRIPT\b/;
/** What ioredis says of a command that it did not send. */
const NOT_SENT = /enableOfflineQueue options is false$/;

/** Whether nothing was done because the server does not know the script. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && NO_SCRIPT.test(error.message);
}

/** Whether the command was not sent, since the connection was just lost. */
export function isNotSent(error: unknown): boolean {
  return error instanceof Error && NOT_SENT.test(error.message);
}

/** The error a caller of the storage gets. */
export function toStorageError(error: unknown): StorageError {
  if (StorageError.isInstance(error)) return error;
  const message = messageOf(error);
  const code = WRONG_TYPE.test(message) ? 'schema_mismatch' : 'unavailable';
  // ioredis puts the command beside the message, bodies and passwords included.
  return new StorageError(code, `Redis: ${message}`, { cause: new Error(message) });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // It tells of the option that has it send nothing twice.
  return error.name === 'MaxRetriesPerRequestError' ? 'The connection was lost' : error.message || error.name;
}
