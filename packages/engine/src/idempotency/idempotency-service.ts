import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  idempotencyKeyInUse,
  idempotencyKeyReused,
  idempotencyOutcomeUnknown,
  idempotentAnswerGone,
} from '@cogitator-ai/openai-protocol';
import { idempotencyRecordKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import type { StartedRun } from '../runs/create-run.ts';
import { IdempotencyClaim } from './idempotency-claim.ts';
import type { IdempotencyContext } from './idempotency-context.ts';
import type { IdempotencyRecord, Outcome } from './idempotency-record.ts';
import { resumeStream } from './resume-stream.ts';

/** First and longest pause between two looks at a request that is being executed, in ms. */
const POLL_MS = { first: 10, longest: 250 };

/** A request that must take effect once. */
export interface KeyedRequest {
  /** What the client calls it. */
  readonly key: string;
  /** Whose key it is: others may use the same. */
  readonly scope: string;
  /** What it asks for. Requests with the same key have to ask for the same. */
  readonly content: readonly string[];
}

/** Whether to execute a request, or how it was answered. */
export type ClaimResult =
  | { readonly type: 'claimed'; readonly claim: IdempotencyClaim }
  | { readonly type: 'answered'; readonly status: number; readonly text: string }
  | { readonly type: 'streamed'; readonly started: StartedRun };

export interface IdempotencyService {
  /**
   * Lets one of all requests with a key be executed. The others wait for it and are given its answer; when it was refused
   * or has failed, the next one is executed.
   *
   * @param options.signal - Aborted when the client is gone; ends the waiting.
   * @throws `ApiError` 400 when the key was used for another request; 409 when the first request takes longer than
   * `idempotencyWaitMs`, was interrupted, or has an answer that cannot be given again.
   */
  claim(request: KeyedRequest, options: { signal: AbortSignal }): Promise<ClaimResult>;
}

export function createIdempotencyService(context: IdempotencyContext): IdempotencyService {
  const { storage, limits } = context;

  async function tryClaim(id: string, fingerprint: string): Promise<IdempotencyClaim | null> {
    const now = await storage.now();
    const record: IdempotencyRecord = {
      id,
      object: 'idempotency_key',
      claimedBy: randomUUID(),
      fingerprint,
      outcome: null,
      aliveUntil: now + limits.idempotencyLeaseMs,
    };
    const dueAt = now + limits.idempotencyRetentionMs;
    return (await insert(record, dueAt)) ? new IdempotencyClaim(context, record, dueAt) : null;
  }

  async function insert(record: IdempotencyRecord, dueAt: number): Promise<boolean> {
    const key = idempotencyRecordKey(record.id);
    const body = JSON.stringify(record);
    try {
      return (await storage.commit({ writes: [{ write: 'insert', key, body, dueAt }] })).ok;
    } catch (error) {
      // A claim of which nobody knows would keep the key in use for a day.
      const stored = await storage.get(key);
      if (!stored) throw error;
      return stored.body === body;
    }
  }

  /** What came of the request that has the key; `null` when the key is free again. */
  async function outcomeOf(
    id: string,
    fingerprint: string,
    key: string,
    deadline: AbortSignal,
  ): Promise<Outcome | null> {
    for (let pauseMs = POLL_MS.first; ; pauseMs = Math.min(pauseMs * 2, POLL_MS.longest)) {
      const stored = await storage.get(idempotencyRecordKey(id));
      if (!stored) return null;
      const record = parseRecord(stored);
      if (record.fingerprint !== fingerprint) throw idempotencyKeyReused(key);
      if (record.outcome) return record.outcome;
      if (record.aliveUntil < (await storage.now())) throw idempotencyOutcomeUnknown(key);
      if (deadline.aborted) throw idempotencyKeyInUse(key);
      // The deadline ends the pause early, and the loop at its next turn.
      await sleep(pauseMs, undefined, { signal: deadline }).catch(() => {});
    }
  }

  return {
    async claim({ key, scope, content }, { signal }) {
      const id = `idem_${hash([scope, key])}`;
      const fingerprint = hash(content);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.idempotencyWaitMs)]);
      for (;;) {
        const claim = await tryClaim(id, fingerprint);
        if (claim) return { type: 'claimed', claim };
        const outcome = await outcomeOf(id, fingerprint, key, deadline);
        if (outcome?.type === 'answer') return { type: 'answered', status: outcome.status, text: outcome.text };
        if (outcome?.type === 'stream') return { type: 'streamed', started: await resumeStream(context, key, outcome) };
        if (outcome) throw idempotentAnswerGone(key, 'It was too large to be kept.');
      }
    },
  };
}

/** One hash of several texts, different however they are divided. */
function hash(texts: readonly string[]): string {
  const sha256 = createHash('sha256');
  for (const text of texts) sha256.update(`${text.length}:`).update(text);
  return sha256.digest('base64url');
}
