/** What is remembered of a request with an idempotency key. */
export interface IdempotencyRecord {
  readonly id: string;
  readonly object: 'idempotency_key';
  /** Random; by it whoever made the record knows it again. */
  readonly claimedBy: string;
  /** Hash of what the request asked for. */
  readonly fingerprint: string;
  /** `null` while the request is being executed. */
  readonly outcome: Outcome | null;
  /** Store time in ms until which whoever executes the request is known to do so. */
  readonly aliveUntil: number;
}

/** What came of a request that succeeded. */
export type Outcome =
  /** The answer as it was sent. */
  | { readonly type: 'answer'; readonly status: number; readonly text: string }
  /** A stream of events, and the sequence number before its first. */
  | { readonly type: 'stream'; readonly threadId: string; readonly runId: string; readonly after: number }
  /** An answer too large to be kept. */
  | { readonly type: 'oversized' };
