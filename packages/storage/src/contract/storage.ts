import type { BlobStore } from './blob-store.ts';
import type { Commit, CommitResult } from './commit.ts';
import type { EventLog } from './event-log.ts';
import type { RecordKey, RecordReader } from './records.ts';

/** A record that somebody works on, and the fence it was claimed with. */
export interface Lease {
  readonly key: RecordKey;
  readonly fence: number;
}

/**
 * Where everything is kept. One contract for every driver; `@cogitator-ai/openai-storage/conformance` is the suite that
 * proves a driver.
 *
 * Methods, those of {@link Storage.events} and {@link Storage.blobs} included, never throw but reject, and with
 * {@link StorageError} only: `unavailable` when the store cannot be reached (nothing is known about a commit or an append
 * that was under way), `closed` after {@link Storage.close}. A call given a signal may reject with its reason.
 */
export interface Storage extends RecordReader {
  /** Name for people, without credentials: `memory`, `postgres://db.internal/app`. */
  readonly name: string;

  /**
   * Applies a commit.
   *
   * Invariant: an applied commit survives whatever the driver promises to survive; an answer is given after that holds.
   *
   * @returns Whether it was applied, or what did not hold. A conflict is an answer, not an error.
   */
  commit(commit: Commit): Promise<CommitResult>;

  /**
   * Moves due times: of each record that exists, has this fence and is due some time, to `ms` from now by the store's clock. How
   * whoever works on a record says that it still does, without writing the record.
   *
   * Invariant: nothing else changes, the version neither.
   * Invariant: once a commit that raises the fence or takes the due time away is answered, a lease of before moves nothing.
   *
   * @param leases - Of any partitions; each by itself, so that a rejection leaves open which were moved.
   * @param options.ms - Whole, 0 or more.
   * @returns For each lease, in order, whether its record's due time was moved.
   */
  renew(leases: readonly Lease[], options: { ms: number }): Promise<boolean[]>;

  readonly events: EventLog;
  readonly blobs: BlobStore;

  /**
   * The store's clock in whole ms since 1970; does not go back. The only clock for leases and due times, so that replicas
   * need not agree.
   */
  now(): Promise<number>;

  /**
   * Ends subscriptions, timers and connections that the driver opened. May be called twice.
   *
   * Calls under way end as if they had come first, or reject `closed`; the content of a blob may break off.
   */
  close(): Promise<void>;
}
