import type { FunctionDefinition, ResponseFormat } from '@cogitator-ai/openai-protocol';

/**
 * What the engine asks of a model. Implemented by `@cogitator-ai/openai-models`; anything of this shape can be handed to
 * the engine instead.
 */
export interface ModelPort {
  /**
   * The models that can be used now.
   *
   * Never rejects because one provider is unreachable: that provider's models are left out.
   */
  list(options: { signal: AbortSignal }): Promise<ModelInfo[]>;

  /**
   * Whether a run may name this model: a listed one, an alias, or one that a configured provider may know.
   * Answers from configuration alone, without a request.
   */
  accepts(model: string): boolean;

  /**
   * How many tokens the model takes, prompt and answer together, or `undefined` when that is not known. Answers from what
   * is known already, without a request. Absent: it is known of no model.
   */
  contextTokens?(model: string): number | undefined;

  /**
   * One turn of a model, streamed.
   *
   * Invariant: the events of one turn are any number of deltas in order, then exactly one `finish`; nothing follows it.
   * Invariant: tool calls arrive one after another: all arguments of index 0 before index 1 starts.
   * Aborting `options.signal` closes the connection to the model at once and makes the iterator throw.
   *
   * @throws {@link ModelError} when the model cannot be reached, refuses, or breaks off.
   */
  stream(request: ModelRequest, options: { signal: AbortSignal }): AsyncIterable<ModelEvent>;
}

/** A model as `GET /v1/models` shows it. */
export interface ModelInfo {
  /** The name requests use: `provider/model`, a bare name of the default provider, or an alias. */
  id: string;
  /** Unix seconds; 0 when the provider does not say. */
  created: number;
  ownedBy: string;
  /** As {@link ModelPort.contextTokens}. */
  contextTokens?: number;
}

/** What a model is given for one turn. Settings left out are the model's own defaults. */
export interface ModelRequest {
  model: string;
  messages: ModelMessage[];
  /** Functions the model may call; left out (never empty) when there are none. */
  tools?: FunctionDefinition[];
  toolChoice?: 'none' | 'auto' | 'required' | { name: string };
  parallelToolCalls?: boolean;
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  responseFormat?: Exclude<ResponseFormat, 'auto'>;
  reasoningEffort?: string;
}

/** One message of the conversation a model is given. */
export type ModelMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ModelContentPart[] }
  | { role: 'assistant'; content: string | null; toolCalls?: ModelToolCall[] }
  | { role: 'tool'; toolCallId: string; content: string };

/**
 * The last message of a request whose model is to go on with the answer before it, which was cut off. Most models do as it says; an
 * adapter whose model has a better way may take both away and use that.
 */
export const GO_ON_REQUEST =
  'Your last message was cut off by a technical fault. Go on exactly where it ends: repeat nothing, and do not mention this.';

/** A part of a user message. Image URLs are `https:` or `data:`. */
export type ModelContentPart =
  | { type: 'text'; text: string }
  | { type: 'image'; url: string; detail: 'auto' | 'low' | 'high' };

/** A function call a model made; `arguments` is JSON text as the model wrote it. */
export interface ModelToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** What a model sends while it answers. */
export type ModelEvent =
  | { type: 'text'; text: string }
  | { type: 'refusal'; text: string }
  /** Thoughts of a reasoning model. Never part of the answer. */
  | { type: 'reasoning'; text: string }
  /** Opens the call at `index`, counted from 0. `id` is the model's own id of the call, if it gave one. */
  | { type: 'tool-call'; index: number; id: string | null; name: string }
  | { type: 'tool-call-arguments'; index: number; text: string }
  | { type: 'finish'; reason: ModelFinishReason; usage: ModelUsage | null };

/** Why a turn ended. */
export type ModelFinishReason = 'stop' | 'tool-calls' | 'length' | 'content-filter';

/** Tokens of one turn. */
export interface ModelUsage {
  promptTokens: number;
  completionTokens: number;
  cachedTokens: number;
  reasoningTokens: number;
}

/** Why a turn failed; the run's `last_error` is derived from it. */
export type ModelErrorCode =
  /** HTTP 429 for too many requests. */
  | 'rate_limited'
  /** The account has no credit left. */
  | 'quota_exceeded'
  /** The request itself was refused: HTTP 400, 404, 422, content policy. */
  | 'invalid_request'
  /** The provider refused our key: HTTP 401, 403. */
  | 'unauthorized'
  /** HTTP 5xx, no connection, or a limit on waiting was reached. */
  | 'unavailable'
  /** The answer was not what the wire format promises. */
  | 'invalid_response'
  /** The signal was aborted. */
  | 'aborted';

const BRAND = Symbol.for('@cogitator-ai/openai-engine.ModelError');

/** A turn that failed. `message` is safe to show to the client: it carries no key and no prompt text. */
export class ModelError extends Error {
  readonly [BRAND] = true;
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModelError';
    this.code = code;
  }

  /** Holds across duplicate installs, where `instanceof` does not. */
  static isInstance(value: unknown): value is ModelError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
