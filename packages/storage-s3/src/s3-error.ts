import type { S3ServiceException } from '@aws-sdk/client-s3';
import { StorageError } from '@cogitator-ai/openai-storage';

/** The error a caller gets for what S3 refused, or for one that cannot be reached. */
export function toS3Error(error: unknown): unknown {
  if (!(error instanceof Error) || StorageError.isInstance(error)) return error;
  return new StorageError('unavailable', `S3 cannot be used: ${error.name}: ${error.message}`, { cause: error });
}

/** Whether there is no such object; a bucket that is missing is another matter. */
export function isNotFound(error: unknown): boolean {
  return hasCode(error, 404) && (error as Error).name !== 'NoSuchBucket';
}

/**
 * Whether a write was not done for the sake of its condition: because the object exists (412), or because something else
 * happened to it at the same moment (409).
 */
export function isConditionFailed(error: unknown): boolean {
  return hasCode(error, 412) || hasCode(error, 409);
}

/** Whether the server does not know of something that S3 has. */
export function isNotImplemented(error: unknown): boolean {
  return hasCode(error, 501);
}

function hasCode(error: unknown, httpStatusCode: number): boolean {
  return error instanceof Error && (error as Partial<S3ServiceException>).$metadata?.httpStatusCode === httpStatusCode;
}
