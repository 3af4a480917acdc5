import { setTimeout as sleep } from 'node:timers/promises';
import { CommitInDoubtError } from '../records/commit-in-doubt.ts';
import { idempotencyRecordKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import type { StartedRun } from '../runs/create-run.ts';
import type { IdempotencyContext } from './idempotency-context.ts';
import type { IdempotencyRecord, Outcome } from './idempotency-record.ts';

/** Pause before another attempt to write how a claim has ended, in ms. */
const RETRY_MS = 500;

/**
 * The right to execute the one request of an idempotency key. Ends with {@link IdempotencyClaim.keepAnswer},
 * {@link IdempotencyClaim.keepStream} or {@link IdempotencyClaim.fail}, whichever comes first; none of them rejects,
 * because what was executed is answered whatever becomes of the record.
 */
export class IdempotencyClaim {
  readonly #context: IdempotencyContext;
  readonly #record: IdempotencyRecord;
  readonly #dueAt: number;
  readonly #ended = new AbortController();
  readonly #renewal: Promise<void>;

  /** @param record - As it was just inserted. */
  constructor(context: IdempotencyContext, record: IdempotencyRecord, dueAt: number) {
    this.#context = context;
    this.#record = record;
    this.#dueAt = dueAt;
    this.#renewal = this.#renew();
  }

  /** Whether it is settled what retries get. */
  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Has retries answered alike. */
  keepAnswer(status: number, text: string): Promise<void> {
    const isOversized = text.length > this.#context.limits.maxKeptAnswerSize;
    return this.#keep(isOversized ? { type: 'oversized' } : { type: 'answer', status, text });
  }

  /** Has retries follow the same events. */
  keepStream({ run: { value: run }, after }: StartedRun): Promise<void> {
    return this.#keep({ type: 'stream', threadId: run.thread_id, runId: run.id, after });
  }

  /**
   * Frees the key, because the request was refused or has failed: the next one with it is executed. Not when it failed with a
   * commit that was not answered: then the request may have taken effect, and retries are told so.
   */
  async fail(error: unknown): Promise<void> {
    const isInDoubt = error instanceof CommitInDoubtError;
    await this.#end(() => (isInDoubt ? this.#put({ ...this.#record, aliveUntil: 0 }) : this.#delete()));
  }

  #keep(outcome: Outcome): Promise<void> {
    return this.#end(() => this.#put({ ...this.#record, outcome }));
  }

  async #end(write: () => Promise<void>): Promise<void> {
    if (this.ended) return;
    this.#ended.abort();
    // A renewal under way would overwrite what comes of the request.
    await this.#renewal;
    try {
      await write();
    } catch (err) {
      const { logger, limits } = this.#context;
      logger.warn({ err }, 'What came of a request with an idempotency key could not be kept yet.');
      void this.#retry(write, AbortSignal.timeout(limits.idempotencyLeaseMs));
    }
  }

  /** The store may be out of reach for a moment, and others take the request to be under way as long as the lease lasts. */
  async #retry(write: () => Promise<void>, deadline: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(RETRY_MS, undefined, { ref: false });
      try {
        return await write();
      } catch (err) {
        if (!deadline.aborted) continue;
        this.#context.logger.error({ err }, 'What came of a request with an idempotency key could not be kept.');
        return;
      }
    }
  }

  /** Tells others that the request is still being executed, for as long as it is. */
  async #renew(): Promise<void> {
    const { storage, limits, logger } = this.#context;
    const { signal } = this.#ended;
    for (;;) {
      try {
        await sleep(limits.idempotencyLeaseMs / 3, undefined, { signal, ref: false });
        const aliveUntil = (await storage.now()) + limits.idempotencyLeaseMs;
        await this.#put({ ...this.#record, aliveUntil });
      } catch (err) {
        if (signal.aborted) return;
        logger.warn({ err }, 'The claim of an idempotency key could not be renewed; it is tried again.');
      }
    }
  }

  async #delete(): Promise<void> {
    const { storage } = this.#context;
    const key = idempotencyRecordKey(this.#record.id);
    const stored = await storage.get(key);
    // An earlier attempt may have deleted it, and somebody else have claimed the key since.
    if (!stored || parseRecord(stored).claimedBy !== this.#record.claimedBy) return;
    const checks = [{ check: 'version', key, version: stored.version }] as const;
    await storage.commit({ checks, writes: [{ write: 'delete', key }] });
  }

  async #put(record: IdempotencyRecord): Promise<void> {
    const key = idempotencyRecordKey(record.id);
    await this.#context.storage.commit({
      writes: [{ write: 'put', key, body: JSON.stringify(record), dueAt: this.#dueAt }],
    });
  }
}
