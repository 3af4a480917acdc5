import type { IdFactory } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { Leases } from './leases/leases.ts';
import type { Logger } from './ports/logger.ts';
import type { ModelPort } from './ports/model-port.ts';
import type { RunMetrics } from './ports/run-metrics.ts';
import type { ServerTool } from './ports/tool-port.ts';
import type { RetrievalPort } from './ports/retrieval-port.ts';
import type { Ingester } from './vector-stores/ingester.ts';
import type { StoreSegments } from './vector-stores/store-segments.ts';
import type { Upgrader } from './vector-stores/upgrader.ts';

/** What the services and the run loop share. */
export interface EngineContext {
  readonly storage: Storage;
  readonly models: ModelPort;
  /** Server tools by function name. */
  readonly tools: ReadonlyMap<string, ServerTool>;
  readonly dispatcher: Dispatcher;
  /** `null`: files cannot be searched here. */
  readonly retrieval: RetrievalPort | null;
  readonly ingester: Ingester;
  readonly segments: StoreSegments;
  readonly upgrader: Upgrader;
  readonly leases: Leases;
  readonly ids: IdFactory;
  readonly logger: Logger;
  readonly metrics: RunMetrics;
  readonly limits: EngineLimits;
  /** Aborted when this process is about to end: what still waits for runs is to wait elsewhere. */
  readonly stopping: AbortSignal;
}

/** Limits on what runs and uploads may take, and on what is remembered of requests. */
export interface EngineLimits {
  /** Life of a run from its creation, in ms. */
  readonly runLifetimeMs: number;
  /** Silence after which whoever works on a run counts as lost and the run is taken over, in ms. */
  readonly leaseMs: number;
  /** How often whoever works on runs says so, in ms: a fraction of {@link EngineLimits.leaseMs}. */
  readonly heartbeatMs: number;
  /** How often a run is taken up, in all, before it is given up: it may be what ends the servers. */
  readonly maxAttempts: number;
  /** Most model turns of one run. */
  readonly maxTurns: number;
  /** Longest execution of one server tool call, in ms. */
  readonly toolTimeoutMs: number;
  /** How long events of an ended run can be read, in ms. */
  readonly eventRetentionMs: number;
  /** How long an upload takes parts from its creation, in ms. */
  readonly uploadLifetimeMs: number;
  /** How long an upload that has ended is remembered, in ms. */
  readonly uploadRetentionMs: number;
  /** Context window of a model that does not say how much it takes, prompt and answer together, in tokens. */
  readonly contextTokens: number;
  /** How long the answer to a request with an idempotency key is kept, in ms. */
  readonly idempotencyRetentionMs: number;
  /** Longest wait for the answer to an earlier request with the same idempotency key, in ms. */
  readonly idempotencyWaitMs: number;
  /** Silence after which whoever executes a request with an idempotency key counts as stopped, in ms. */
  readonly idempotencyLeaseMs: number;
  /** Longest answer kept for an idempotency key, in UTF-16 units. */
  readonly maxKeptAnswerSize: number;
}

/** The time in whole seconds since 1970, the unit of every time on the wire. */
export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
