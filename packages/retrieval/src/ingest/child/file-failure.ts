/** Why a file cannot be read. */
export const FAILURES = ['unsupported', 'unparsable', 'tooLarge', 'empty', 'withoutText'] as const;
export type FailureReason = (typeof FAILURES)[number];

/** The file cannot be read, for a reason that its owner is told. */
export class FileFailure extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'FileFailure';
    this.reason = reason;
  }
}

/** What a parser has thrown, as the reason why the file cannot be read. */
export function toFileFailure(error: unknown): FileFailure {
  if (error instanceof FileFailure) return error;
  const isTooLarge =
    error instanceof RangeError && /allocation failed|invalid (string|.*array.*) length/i.test(error.message);
  return new FileFailure(isTooLarge ? 'tooLarge' : 'unparsable', { cause: error });
}
