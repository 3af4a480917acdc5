import { ModelError, type ModelEvent, type ModelFinishReason, type ModelUsage } from '@cogitator-ai/openai-engine';
import { errorInStream } from './http-error.ts';
import { type ChatToolCallDelta, ToolCallOrder } from './tool-call-order.ts';

/** A chunk of a streamed chat completion, or a whole one, as far as it is used. Providers leave out whatever they like. */
interface ChatChunk {
  choices?: ChatChoice[] | null;
  usage?: ChatUsage | null;
  /** Where Groq puts the usage. */
  x_groq?: { usage?: ChatUsage | null } | null;
  error?: unknown;
}

interface ChatChoice {
  delta?: ChatDelta | null;
  /** What a provider sends that does not stream. */
  message?: ChatDelta | null;
  finish_reason?: string | null;
}

interface ChatDelta {
  content?: string | ChatContentPart[] | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: ChatToolCallDelta[] | null;
}

/** How Mistral's reasoning models write content. */
type ChatContentPart = { type: 'text'; text: string } | { type: 'thinking'; thinking: ChatContentPart[] };

interface ChatUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

/** Words for the end of a turn. A reason that is not listed, such as `eos`, means that the model was done. */
const FINISH_REASONS: Readonly<Record<string, ModelFinishReason>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'content-filter',
};

/** Ends that are none: OpenRouter and Mistral, DeepSeek. */
const FAILURES = new Set(['error', 'insufficient_system_resource']);

/** Makes the events of one turn from the chunks of its stream. */
export class ChatStream {
  readonly #provider: string;
  readonly #emit: (event: ModelEvent) => void;
  readonly #apiKey: string | undefined;
  readonly #calls: ToolCallOrder;
  #finishReason: string | null = null;
  #usage: ChatUsage | null = null;
  #hasBegun = false;

  /** @param apiKey - Left out of error messages, should the provider repeat it. */
  constructor(provider: string, emit: (event: ModelEvent) => void, apiKey?: string) {
    this.#provider = provider;
    this.#emit = emit;
    this.#apiKey = apiKey;
    this.#calls = new ToolCallOrder(provider, emit);
  }

  /** Whether anything has been read. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether the model has said why it stopped. */
  get isFinished(): boolean {
    return this.#finishReason !== null;
  }

  /** @param data - The text of one server-sent event. @throws `ModelError` when it is no chunk, or tells of an error. */
  read(data: string): void {
    const chunk = this.#parse(data);
    this.#hasBegun = true;
    if (chunk.error) throw errorInStream(this.#provider, chunk.error, this.#apiKey);
    this.#usage = chunk.usage ?? chunk.x_groq?.usage ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const delta = choice.delta ?? choice.message;
    if (delta) this.#readDelta(delta);
    const reason = choice.finish_reason;
    if (!reason) return;
    if (FAILURES.has(reason)) throw errorInStream(this.#provider, null);
    this.#finishReason = reason;
  }

  /** Emits what waits and the end of the turn. */
  finish(): void {
    this.#calls.finish();
    const reason = FINISH_REASONS[this.#finishReason ?? ''] ?? (this.#calls.isEmpty ? 'stop' : 'tool-calls');
    this.#emit({ type: 'finish', reason, usage: toModelUsage(this.#usage) });
  }

  #parse(data: string): ChatChunk {
    try {
      const chunk: unknown = JSON.parse(data);
      if (typeof chunk === 'object' && chunk !== null) return chunk;
    } catch {
      // Told below: the text itself may hold anything.
    }
    throw new ModelError('invalid_response', `${this.#provider} sent an event that is not JSON.`);
  }

  #readDelta({ content, refusal, reasoning_content, reasoning, tool_calls: calls }: ChatDelta): void {
    const thought = reasoning_content ?? reasoning;
    if (typeof thought === 'string' && thought !== '') this.#emit({ type: 'reasoning', text: thought });
    if (typeof content === 'string') {
      if (content !== '') this.#emit({ type: 'text', text: content });
    } else if (Array.isArray(content)) {
      this.#readParts(content, 'text');
    }
    if (typeof refusal === 'string' && refusal !== '') this.#emit({ type: 'refusal', text: refusal });
    if (Array.isArray(calls)) for (const call of calls) this.#calls.add(call);
  }

  #readParts(parts: readonly ChatContentPart[], type: 'text' | 'reasoning'): void {
    for (const part of parts) {
      if (part.type === 'thinking') this.#readParts(part.thinking, 'reasoning');
      else if (part.type === 'text') this.#emit({ type, text: part.text });
    }
  }
}

function toModelUsage(usage: ChatUsage | null): ModelUsage | null {
  if (!usage) return null;
  return {
    promptTokens: usage.prompt_tokens ?? 0,
    completionTokens: usage.completion_tokens ?? 0,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}
