import { setTimeout as sleep } from 'node:timers/promises';
import type { IdempotencyContext } from './idempotency-context.ts';
import type { StartedRun } from '../runs/create-run.ts';
import { idempotencyRecordKey } from '../records/keys.ts';
import type { IdempotencyRecord, Outcome } from './idempotency-record.ts';

/**
 * The right to execute the one request of an idempotency key. Ends with {@link IdempotencyClaim.keepAnswer},
 * {@link IdempotencyClaim.keepStream} or {@link IdempotencyClaim.release}, whichever comes first; none of them rejects,
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

  /** Frees the key: the request was refused or has failed, so that the next one with it is executed. */
  async release(): Promise<void> {
    await this.#end(async () => {
      await this.#context.storage.commit({ writes: [{ write: 'delete', key: idempotencyRecordKey(this.#record.id) }] });
    });
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
      this.#context.logger.error({ err }, 'What came of a request with an idempotency key could not be kept.');
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

  async #put(record: IdempotencyRecord): Promise<void> {
    const key = idempotencyRecordKey(record.id);
    await this.#context.storage.commit({
      writes: [{ write: 'put', key, body: JSON.stringify(record), dueAt: this.#dueAt }],
    });
  }
}
