/** Why a store failed. */
export type StorageErrorCode =
  /** A blob of that key exists. */
  | 'conflict'
  /** The store cannot be reached or is out of room; trying again later may help. */
  | 'unavailable'
  /** The storage was closed. */
  | 'closed'
  /** Stored data is not what this version understands. */
  | 'schema_mismatch'
  /** The caller broke the contract, for instance with a commit over two partitions. */
  | 'invalid_request';

const BRAND = Symbol.for('@cogitator-ai/openai-storage.StorageError');

/** A failure of the store. Never meant for the client. */
export class StorageError extends Error {
  readonly [BRAND] = true;
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return this.code === 'unavailable';
  }

  /** Holds across duplicate installs, where `instanceof` does not. */
  static isInstance(value: unknown): value is StorageError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
