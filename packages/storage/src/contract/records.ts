/** What a kind of record is, for every driver. */
export interface RecordKindSpec {
  /** The kind that owns records of this kind; deleting the owner deletes them. */
  readonly parent: RecordKind | null;
  /** The outermost owning kind, whose id names the partition; `null` for a kind that is one partition as a whole. */
  readonly partition: RecordKind | null;
  /** Fields that {@link ListRequest.where} may name. */
  readonly filters: readonly string[];
}

/** The kinds there are. A driver reads this table, so that a kind added later needs a migration at most, no new code. */
export const RECORD_KINDS = {
  assistant: { parent: null, partition: null, filters: [] },
  thread: { parent: null, partition: 'thread', filters: [] },
  message: { parent: 'thread', partition: 'thread', filters: ['run_id'] },
  run: { parent: 'thread', partition: 'thread', filters: [] },
  run_step: { parent: 'run', partition: 'thread', filters: [] },
  file: { parent: null, partition: null, filters: ['purpose'] },
  upload: { parent: null, partition: 'upload', filters: [] },
  upload_part: { parent: 'upload', partition: 'upload', filters: [] },
  vector_store: { parent: null, partition: 'vector_store', filters: [] },
  /** `batch_status` is the batch and the status in one, for who asks for both. */
  vector_store_file: {
    parent: 'vector_store',
    partition: 'vector_store',
    filters: ['status', 'batch_id', 'batch_status'],
  },
  vector_store_file_batch: { parent: 'vector_store', partition: 'vector_store', filters: [] },
  segment: { parent: 'vector_store', partition: 'vector_store', filters: [] },
  file_use: { parent: null, partition: null, filters: ['file_id'] },
  unowned_blob: { parent: null, partition: 'unowned_blob', filters: [] },
  idempotency_key: { parent: null, partition: 'idempotency_key', filters: [] },
} as const satisfies Record<string, RecordKindSpec>;

export type RecordKind =
  | 'assistant'
  | 'thread'
  | 'message'
  | 'run'
  | 'run_step'
  | 'file'
  | 'upload'
  | 'upload_part'
  | 'vector_store'
  | 'vector_store_file'
  | 'vector_store_file_batch'
  | 'segment'
  | 'file_use'
  | 'unowned_blob'
  | 'idempotency_key';

/**
 * Names one record. Its ids are identifiers (`isIdentifier`); any other text, which a client may well have sent, names
 * nothing: reads find nothing; a check, a put, an insert below it answer `missing`; a delete does nothing. To insert it is
 * rejected as `invalid_request`.
 *
 * `path` holds the ids of its owners, outermost first: `[]` for a kind without owners, `[thread_id]` for a message or a run,
 * `[thread_id, run_id]` for a run step. The same id under another path is another record.
 */
export interface RecordKey<K extends RecordKind = RecordKind> {
  readonly kind: K;
  readonly path: readonly string[];
  readonly id: string;
}

/** A stored record. */
export interface StoredRecord<K extends RecordKind = RecordKind> {
  readonly key: RecordKey<K>;
  /** The wire object as JSON text, byte for byte as it was written. */
  readonly body: string;
  /** What the engine remembers about the object and no client sees, as JSON text, or `null`. */
  readonly state: string | null;
  /** 1 when inserted, one more with each write. */
  readonly version: number;
  /** Number of the holder that may write; see {@link Check}. 0 until somebody claims the record. */
  readonly fence: number;
  /** Store time in ms from which {@link RecordReader.due} reports the record, or `null`. */
  readonly dueAt: number | null;
}

/**
 * A page of a collection.
 *
 * Order is by id, byte by byte as in ASCII, never by a locale. Ids are monotonic, so that is the order of creation.
 */
export interface ListRequest<K extends RecordKind = RecordKind> {
  readonly kind: K;
  /** The owners whose collection is listed, as in {@link RecordKey.path}. */
  readonly path: readonly string[];
  /** Most records returned, at least 1. */
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** Only records strictly behind this id in the chosen order. There need not be (or ever have been) such a record. */
  readonly after?: string | undefined;
  /**
   * Only records strictly before this id in the chosen order. Without `after`, the page is the `limit` records
   * closest to the cursor, still in the chosen order. With `after`, only records between the two, from `after` on.
   */
  readonly before?: string | undefined;
  /** Only records written with this value of one of the kind's declared filters: one at most. */
  readonly where?: Readonly<Record<string, string>> | undefined;
}

/** A page and whether there is more in the direction of travel: backwards with `before` alone, else forwards. */
export interface RecordPage<K extends RecordKind = RecordKind> {
  readonly records: StoredRecord<K>[];
  readonly hasMore: boolean;
}

/** Reads. They see every commit that was answered before they were asked, by whichever process. */
export interface RecordReader {
  /** The record, or `null`. */
  get<K extends RecordKind>(key: RecordKey<K>): Promise<StoredRecord<K> | null>;

  /**
   * Records of one partition, of any kinds, in the order asked for, `null` where there is none; read at one moment.
   *
   * @throws {@link StorageError} `invalid_request` for keys of several partitions.
   */
  getMany<K extends RecordKind>(keys: readonly RecordKey<K>[]): Promise<(StoredRecord<K> | null)[]>;

  /**
   * One page, read at one moment. The owner's existence is not checked: an unknown owner has an empty collection.
   *
   * The threads of all partitions can be listed like any collection, only not at one moment: of commits made meanwhile
   * the page may show some and not others.
   *
   * Invariant: costs the same in a collection of 10 as in one of 1,000,000, without filter or with one.
   * Invariant: walking `after = last id` visits each record that exists throughout exactly once, also when records are
   * deleted or added meanwhile.
   */
  list<K extends RecordKind>(request: ListRequest<K>): Promise<RecordPage<K>>;

  /**
   * Records of a kind whose `dueAt` has come by the store's clock, soonest first, across all owners. They stay due until
   * a write says otherwise.
   *
   * @param limit - Most records returned.
   */
  due<K extends RecordKind>(kind: K, limit: number): Promise<StoredRecord<K>[]>;
}
