/** Turns texts into vectors whose angles say how much they are alike in meaning. */
export interface Embedder {
  /** Model and dimensions: vectors of the same name can be compared. */
  readonly name: string;

  /**
   * A vector of length 1 for each text, in order, all of the same dimensions. Zeros where the model finds nothing in a text.
   *
   * @throws when they cannot be had; the signal's reason.
   */
  embed(texts: readonly string[], options: { signal: AbortSignal }): Promise<Float32Array[]>;
}
