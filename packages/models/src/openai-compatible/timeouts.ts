/** Limits on waiting, in ms. */
export interface ModelTimeouts {
  /** Until the connection stands. Default 10,000. */
  readonly connectMs: number;
  /** From the request to the first byte of the answer: a busy machine may first have to load the model. Default 300,000. */
  readonly headersMs: number;
  /** Between two pieces of the answer. Default 120,000. */
  readonly idleMs: number;
}

export const DEFAULT_TIMEOUTS: ModelTimeouts = { connectMs: 10_000, headersMs: 300_000, idleMs: 120_000 };
