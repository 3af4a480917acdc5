/**
 * What the engine asks of retrieval: files become segments, and segments are searched. Implemented by
 * `@cogitator-ai/openai-retrieval`; anything of this shape can be handed to the engine instead.
 *
 * It keeps nothing that cannot be lost: segments are the engine's, which stores them and says which are to be searched.
 */
export interface RetrievalPort {
  /**
   * Name of what embeds text here, model and dimensions, such as `openai/text-embedding-3-small@1536`; `null`: nothing does, and
   * searches are by words alone.
   */
  readonly embedding: string | null;

  /**
   * Makes a file searchable.
   *
   * @throws {@link IngestionError} when the file cannot be read or embedded.
   */
  ingest(file: SourceFile, options: { chunking: Chunking; signal: AbortSignal }): Promise<Segment>;

  /**
   * The same segment with the vectors of {@link RetrievalPort.embedding}, for one that was made without them or with others.
   *
   * @param segment - A stored segment.
   * @throws {@link IngestionError} when it cannot be embedded.
   */
  embed(segment: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<Segment>;

  /** The text of the file that a stored segment was made of, in parts, in order, nothing twice. */
  text(segment: AsyncIterable<Uint8Array>): AsyncIterable<string>;

  /**
   * The chunks that fit the queries best, best first.
   *
   * @throws the signal's reason when it is aborted, and what {@link SegmentSource.open} throws.
   */
  search(request: SegmentSearch, options: { signal: AbortSignal }): Promise<SegmentHit[]>;

  /** Ends processes and timers. May be called twice. */
  close(): Promise<void>;
}

/** A file to be made searchable. */
export interface SourceFile {
  readonly filename: string;
  /** Size in bytes. */
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** How text is cut. Sizes in tokens; the overlap is at most half the size. */
export interface Chunking {
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

/** The chunks of one file, ready to be searched. */
export interface Segment {
  /** The segment as it is stored; may be read once. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Size of the content in bytes. */
  readonly bytes: number;
  readonly chunks: number;
  /** What its vectors were made with, as {@link RetrievalPort.embedding}; `null`: it has none. */
  readonly embedding: string | null;
}

/** A search over stored segments. */
export interface SegmentSearch {
  /** Keys of the segments to be searched. A key always names the same content. */
  readonly segments: readonly string[];
  readonly source: SegmentSource;
  /** At least one, none empty. A chunk's score is its best for any of them. */
  readonly queries: readonly string[];
  /** Most hits, at least 1. */
  readonly limit: number;
  readonly ranking: Ranking;
}

/** Where segments are read. */
export interface SegmentSource {
  /**
   * A stored segment, or `null` when it is gone, which is no error.
   *
   * @param options.range - In bytes, `end` exclusive. Default all.
   */
  open(
    key: string,
    options: { signal: AbortSignal; range?: { start: number; end: number } },
  ): Promise<AsyncIterable<Uint8Array> | null>;
}

/** How chunks are ranked. */
export interface Ranking {
  /** Chunks with a lower score are left out; 0 to 1. */
  readonly scoreThreshold: number;
  /** What similarity of meaning and of words count for, not both 0. */
  readonly weights: { readonly embedding: number; readonly text: number };
}

/** A chunk that was found. */
export interface SegmentHit {
  /** Key of its segment. */
  readonly segment: string;
  /** Position in its segment, from 0. */
  readonly chunk: number;
  /** 0 to 1. */
  readonly score: number;
  readonly text: string;
}

/** Why a file cannot be searched; `last_error.code` of the file in its vector store. */
export type IngestionErrorCode = 'unsupported_file' | 'invalid_file' | 'server_error';

const BRAND = Symbol.for('@cogitator-ai/openai-engine.IngestionError');

/** A file that cannot be made searchable. `message` is safe to show to the client. */
export class IngestionError extends Error {
  readonly [BRAND] = true;
  readonly code: IngestionErrorCode;

  constructor(code: IngestionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IngestionError';
    this.code = code;
  }

  /** Whether a later attempt may succeed. */
  get retryable(): boolean {
    return this.code === 'server_error';
  }

  /** Holds across duplicate installs, where `instanceof` does not. */
  static isInstance(value: unknown): value is IngestionError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
