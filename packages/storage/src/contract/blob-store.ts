/** What became of a stored blob. */
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

/** Immutable byte sequences under a key of `[A-Za-z0-9_-]`. */
export interface BlobStore {
  /**
   * Stores a blob while it arrives; at no time is all of it in memory.
   *
   * Invariant: when it rejects, or `signal` is aborted, or `content` throws, nothing is left under the key.
   * Invariant: a blob is readable only once it is complete.
   *
   * @throws {@link StorageError} `conflict` when the key exists.
   */
  put(key: string, content: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<BlobInfo>;

  /** The content as a stream of chunks, or `null`. A range beyond the end is cut. */
  get(
    key: string,
    options: { signal: AbortSignal; range?: BlobRange },
  ): Promise<(BlobInfo & { readonly content: AsyncIterable<Uint8Array> }) | null>;

  /** Deletes a blob; answers whether there was one. Readers that have begun may finish or fail, never read other bytes. */
  delete(key: string): Promise<boolean>;
}
