import { ModelError, type ModelEvent, type ModelFinishReason, type ModelUsage } from '@cogitator-ai/openai-engine';

/** A chunk of a streamed chat completion, as far as it is used. Providers leave out whatever they like. */
interface ChatChunk {
  choices?: { delta?: ChatDelta | null; finish_reason?: string | null }[] | null;
  usage?: ChatUsage | null;
  /** Where one provider puts the usage. */
  x_groq?: { usage?: ChatUsage | null } | null;
  error?: unknown;
}

interface ChatDelta {
  content?: string | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: ChatToolCallDelta[] | null;
}

interface ChatToolCallDelta {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: string | null } | null;
}

interface ChatUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

interface Call {
  readonly index: number;
  readonly id: string | null;
  readonly name: string;
  /** The arguments so far. */
  text: string;
}

const FINISH_REASONS: Readonly<Record<string, ModelFinishReason>> = {
  stop: 'stop',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  length: 'length',
  content_filter: 'content-filter',
};

/** Makes the events of one turn from the chunks of its stream. */
export class ChatStream {
  readonly #provider: string;
  readonly #calls: Call[] = [];
  /** Calls before this one are complete; this one is being written. */
  #current = 0;
  #finishReason: string | null = null;
  #usage: ChatUsage | null = null;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** @param data - The text of one server-sent event. @throws `ModelError` when it is no chunk, or tells of an error. */
  read(data: string, emit: (event: ModelEvent) => void): void {
    const chunk = this.#parse(data);
    if (chunk.error) throw streamError(this.#provider, chunk.error);
    this.#usage = chunk.usage ?? chunk.x_groq?.usage ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const { delta } = choice;
    if (delta) {
      if (delta.content) emit({ type: 'text', text: delta.content });
      if (delta.refusal) emit({ type: 'refusal', text: delta.refusal });
      const thought = delta.reasoning_content ?? delta.reasoning;
      if (thought) emit({ type: 'reasoning', text: thought });
      if (delta.tool_calls) for (const call of delta.tool_calls) this.#readCall(call, emit);
    }
    if (choice.finish_reason) this.#finishReason = choice.finish_reason;
  }

  /** Whether the model has said why it stopped. */
  get finished(): boolean {
    return this.#finishReason !== null;
  }

  /** Emits what waits and the end of the turn. */
  finish(emit: (event: ModelEvent) => void): void {
    for (const call of this.#calls.slice(this.#current + 1)) this.#openCall(call, emit);
    const reason = FINISH_REASONS[this.#finishReason ?? ''] ?? 'stop';
    // Some providers say "stop" after calls.
    const isCall = this.#calls.length > 0 && reason === 'stop';
    emit({ type: 'finish', reason: isCall ? 'tool-calls' : reason, usage: toModelUsage(this.#usage) });
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

  /**
   * Calls are passed on one after another. A call that begins while the one before it is not complete waits for the end:
   * a provider may write several at a time.
   */
  #readCall(delta: ChatToolCallDelta, emit: (event: ModelEvent) => void): void {
    let call = this.#find(delta);
    if (!call) {
      const name = delta.function?.name;
      if (!name) throw new ModelError('invalid_response', `${this.#provider} sent a tool call without a name.`);
      call = { index: delta.index ?? this.#calls.length, id: delta.id || null, name, text: '' };
      const current = this.#calls[this.#current];
      this.#calls.push(call);
      const isNext = this.#calls.length === this.#current + 2;
      if (!current || (isNext && isJson(current.text))) this.#openCall(call, emit);
    }
    const text = delta.function?.arguments;
    if (!text) return;
    call.text += text;
    if (call === this.#calls[this.#current]) emit({ type: 'tool-call-arguments', index: this.#current, text });
  }

  /** A call without an index is the one of its id, or a new one, or else goes on with the latest. */
  #find({ index, id, function: fn }: ChatToolCallDelta): Call | undefined {
    if (typeof index === 'number') {
      const call = this.#calls.find((candidate) => candidate.index === index);
      // Some providers number every call 0 and tell them apart by their ids.
      const isOther = call && id && call.id && id !== call.id && fn?.name;
      return isOther ? this.#calls.find((candidate) => candidate.id === id) : call;
    }
    if (id) return this.#calls.find((candidate) => candidate.id === id);
    return fn?.name ? undefined : this.#calls.at(-1);
  }

  #openCall(call: Call, emit: (event: ModelEvent) => void): void {
    this.#current = this.#calls.indexOf(call);
    emit({ type: 'tool-call', index: this.#current, id: call.id, name: call.name });
    if (call.text) emit({ type: 'tool-call-arguments', index: this.#current, text: call.text });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function streamError(provider: string, error: unknown): ModelError {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return new ModelError('unavailable', `${provider} broke off its answer: ${message.slice(0, 500)}`);
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
