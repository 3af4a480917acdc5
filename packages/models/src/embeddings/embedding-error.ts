/** Texts that could not be embedded. The message shows neither key nor text. */
export class EmbeddingError extends Error {
  /** Whether the same may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, { retryable, ...options }: ErrorOptions & { retryable: boolean }) {
    super(message, options);
    this.name = 'EmbeddingError';
    this.retryable = retryable;
  }
}
