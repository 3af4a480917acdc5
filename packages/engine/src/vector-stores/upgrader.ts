import type { EngineContext } from '../engine-context.ts';
import { IngestionError } from '../ports/retrieval-port.ts';
import { walkRecords } from '../records/walk-records.ts';
import type { SegmentRecord } from './segment-record.ts';
import { upgradeSegment } from './upgrade-segment.ts';

/** Most stores that wait; a further search of one that is turned away brings it again. */
const MAX_WAITING = 1000;
/** Most segments remembered that cannot be embedded. */
const MAX_HOPELESS = 10_000;
/** Rest after a look at stores, and after a failure that may pass, in ms. */
const REST_MS = 5000;
const FAILURE_REST_MS = 60_000;

/**
 * Gives segments that were made with other vectors, or none, those of what embeds text now: in the background, one at a time, in
 * the stores that are searched. Until then they are found by their words.
 */
export class Upgrader {
  readonly #context: EngineContext;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #hopeless = new Set<string>();
  #restsUntil = 0;
  #working: Promise<void> | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Looks through a store later, if it has segments to be upgraded. */
  offer(storeId: string, segments: readonly SegmentRecord[]): void {
    if (this.#stopped.signal.aborted || performance.now() < this.#restsUntil) return;
    if (this.#waiting.size >= MAX_WAITING || !segments.some((segment) => this.#isOutdated(segment))) return;
    this.#waiting.add(storeId);
    this.#working ??= this.#work().finally(() => (this.#working = null));
  }

  /** Resolves when nothing is worked on any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  #isOutdated({ id, embedding }: SegmentRecord): boolean {
    const wanted = this.#context.retrieval?.embedding ?? null;
    return wanted !== null && embedding !== wanted && !this.#hopeless.has(id);
  }

  async #work(): Promise<void> {
    let restMs = REST_MS;
    try {
      for (const storeId of this.#waiting) {
        this.#waiting.delete(storeId);
        await this.#upgradeStore(storeId);
      }
    } catch (err) {
      if (this.#stopped.signal.aborted) return;
      restMs = FAILURE_REST_MS;
      this.#waiting.clear();
      this.#context.logger.warn({ err }, 'Files could not be embedded anew for now; they are found by their words.');
    }
    this.#restsUntil = performance.now() + restMs;
  }

  async #upgradeStore(storeId: string): Promise<void> {
    const { storage, retrieval, logger } = this.#context;
    const { signal } = this.#stopped;
    if (!retrieval) return;
    for await (const segment of walkRecords(storage, { kind: 'segment', path: [storeId], order: 'asc' })) {
      signal.throwIfAborted();
      if (!this.#isOutdated(segment)) continue;
      try {
        await upgradeSegment(this.#context, retrieval, storeId, segment, signal);
      } catch (err) {
        if (!IngestionError.isInstance(err) || err.retryable) throw err;
        logger.warn({ storeId, fileId: segment.file_id, err }, 'A file cannot be embedded anew.');
        if (this.#hopeless.size >= MAX_HOPELESS) this.#hopeless.clear();
        this.#hopeless.add(segment.id);
      }
    }
  }
}
