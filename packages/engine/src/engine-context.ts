import type { IdFactory } from '@cogitator-ai/openai-protocol';
import type { Storage } from '@cogitator-ai/openai-storage';
import type { Dispatcher } from './ports/dispatcher.ts';
import type { Logger } from './ports/logger.ts';
import type { ModelPort } from './ports/model-port.ts';
import type { ServerTool } from './ports/tool-port.ts';

/** What the services and the run loop share. */
export interface EngineContext {
  readonly storage: Storage;
  readonly models: ModelPort;
  /** Server tools by function name. */
  readonly tools: ReadonlyMap<string, ServerTool>;
  readonly dispatcher: Dispatcher;
  readonly ids: IdFactory;
  readonly logger: Logger;
  readonly limits: EngineLimits;
}

/** Limits on what runs and uploads may take, and on what is remembered of requests. */
export interface EngineLimits {
  /** Life of a run from its creation, in ms. */
  readonly runLifetimeMs: number;
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
