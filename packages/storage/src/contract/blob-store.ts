/** A stored blob as a whole. */
export interface BlobInfo {
  /** Size in bytes. */
  readonly bytes: number;
  /** SHA-256 of the content, lower-case hex. */
  readonly sha256: string;
}

/** Part of a blob, in bytes; `end` is exclusive. */
export interface BlobRange {
  readonly start: number;
  readonly end: number;
}

/** Immutable byte sequences. Keys are identifiers (`isIdentifier`), on every file system: `a` and `A` are two. */
export interface BlobStore {
  /**
   * Stores a blob while it arrives; at no time is all of it in memory.
   *
   * Invariant: when it rejects, or `signal` is aborted, or `content` throws, nothing of it is left under the key.
   * Invariant: a blob is readable only once it is complete.
   * Invariant: of several concurrent calls for one key at most one is answered; the others leave its blob alone.
   *
   * @param options.signal - Rejects the call with the signal's reason at once, also while `content` is silent.
   * @throws {@link StorageError} `conflict` when the key exists, `invalid_request` when it is no identifier; what
   * `content` throws.
   */
  put(key: string, content: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<BlobInfo>;

  /**
   * The content as a stream of chunks that the reader may keep and change, or `null`.
   *
   * @param options.range - Default all. Cut at the end of the blob, beyond which there is nothing; `bytes` and `sha256`
   * are those of the whole blob all the same.
   * @param options.signal - Makes the content throw the signal's reason.
   */
  get(
    key: string,
    options: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null>;

  /** Deletes a blob; answers whether there was one. Readers that have begun may finish or fail, never read other bytes. */
  delete(key: string): Promise<boolean>;
}
