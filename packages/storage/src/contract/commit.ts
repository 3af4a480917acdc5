import type { EventBatch } from './event-log.ts';
import type { RecordKey } from './records.ts';

/**
 * Several writes that happen together or not at all.
 *
 * What holds is looked at in this order: the checks, the writes one by one, the events. The first thing that does not is
 * the answer.
 *
 * Invariant: all keys belong to one partition: one thread with all it owns, or one kind without partitions.
 * Invariant: of two concurrent commits with contradicting checks at most one is applied.
 * Invariant: nobody sees some writes of a commit and not others, nor its events without its writes.
 * Invariant: a record exists only while its owner does.
 *
 * Rejected as `invalid_request`, by {@link partitionOfCommit}: neither a write nor events; two writes of one record; a
 * write or events below a record that the same commit deletes; an undeclared filter; more than one partition.
 */
export interface Commit {
  /** What must hold before any write. */
  readonly checks?: readonly Check[];
  /** Applied in order: a write may count on what earlier ones made or freed. Some thousand at a time are fine. */
  readonly writes?: readonly Write[];
  /** Events that become visible with the writes. The commit is refused when {@link EventLog.append} would be. */
  readonly events?: EventBatch;
}

/** A precondition of a commit. */
export type Check =
  /** The record exists. */
  | { readonly check: 'exists'; readonly key: RecordKey }
  /** The record exists and has this version: nobody wrote it since it was read. */
  | { readonly check: 'version'; readonly key: RecordKey; readonly version: number }
  /** The record exists and has this fence: nobody claimed it since. */
  | { readonly check: 'fence'; readonly key: RecordKey; readonly fence: number }
  /** No record in the key's partition holds this {@link RecordFields.unique} value. The key's record need not exist. */
  | { readonly check: 'free'; readonly key: RecordKey; readonly unique: string };

/** One change. */
export type Write = Insert | Put | Delete;

/** Stores a new record; the commit is refused when there is one under the key, or when its owner does not exist. */
export interface Insert extends RecordFields {
  readonly write: 'insert';
  readonly key: RecordKey;
}

/** Replaces a record; the commit is refused when there is none. Its fields replace the stored ones as a whole. */
export interface Put extends RecordFields {
  readonly write: 'put';
  readonly key: RecordKey;
}

/**
 * Deletes a record and everything it owns, the events of runs included. Nothing happens when it is not there.
 *
 * Space may be freed later; what is deleted is unreadable and its unique values are free at once.
 */
export interface Delete {
  readonly write: 'delete';
  readonly key: RecordKey;
}

/** What a write stores. */
export interface RecordFields {
  /** The wire object as JSON text, as `JSON.stringify` makes it: without lone surrogates and raw control characters. */
  readonly body: string;
  /** What the engine remembers about the object and no client sees, as JSON text; default none. */
  readonly state?: string | null;
  /** Default 0 on insert; unchanged on put. Never lowered: a put with a lower fence refuses the commit. */
  readonly fence?: number;
  /** Store time in whole ms at which the record is due; default none. */
  readonly dueAt?: number | null;
  /**
   * Held by at most one record of the partition at a time, whatever their kinds; default none. A write that takes a value
   * another record holds refuses the commit. A put without it, or a delete, frees it. This is how a thread has one active
   * run.
   */
  readonly unique?: string | null;
  /** Values of the kind's declared filters; a filter left out matches no `where`. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** Whether a commit was applied; if not, nothing of it was. */
export type CommitResult =
  | {
      readonly ok: true;
      /** Sequence number of the stream's last event, when the commit had events. */
      readonly lastEvent?: number;
    }
  | { readonly ok: false; readonly conflict: Conflict };

/** The first thing that did not hold. */
export type Conflict =
  /** A record that had to exist does not: a checked or replaced one, an owner, the run of the events. */
  | { readonly reason: 'missing'; readonly key: RecordKey }
  /** A record to be inserted exists. */
  | { readonly reason: 'exists'; readonly key: RecordKey }
  /** The version is another one. */
  | { readonly reason: 'version'; readonly key: RecordKey }
  /** Somebody else has claimed the record, or the stream of events (`null`). */
  | { readonly reason: 'fence'; readonly key: RecordKey | null }
  /** The unique value is held by `holder`, a record id. */
  | { readonly reason: 'taken'; readonly unique: string; readonly holder: string };
