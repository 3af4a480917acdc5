/** Turns texts into vectors whose angles say how much they are alike in meaning. */
export interface Embedder {
  /** Model and dimensions: vectors of the same name can be compared. */
  readonly name: string;

  /**
   * A vector of length 1 for each text, in order, all of the same dimensions. Zeros where the model finds nothing in a text.
   *
   * @throws {@link EmbeddingError}, or the signal's reason.
   */
  embed(texts: readonly string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;
}

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
