/** A function call of a model. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

/** One message of a conversation. Image URLs are `https:` or `data:`. */
export type ChatMessage =
  | { role: 'system'; content: string }
  | {
      role: 'user';
      content:
        | string
        | (
            | { type: 'text'; text: string }
            | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } }
          )[];
    }
  | { role: 'assistant'; content: string | null; toolCalls?: ToolCall[] }
  | { role: 'tool'; content: string; toolCallId: string };

/** What a model is asked. Settings left out are the model's own defaults. */
export interface ChatRequest {
  /** Default the one the backend was asked for with. */
  model?: string;
  messages: ChatMessage[];
  /** Functions it may call, as `tool().toJSON()` tells of them. */
  tools?: { name: string; description?: string; parameters: object }[];
  toolChoice?: 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  responseFormat?:
    | { type: 'text' }
    | { type: 'json_object' }
    | {
        type: 'json_schema';
        jsonSchema: { name: string; description?: string; schema: Record<string, unknown>; strict?: boolean };
      };
  /** Ends the call and closes the connection. */
  signal?: AbortSignal;
}

export interface ChatUsage {
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
}

/** `error`: the provider's filter has cut the answer. */
export type ChatFinishReason = 'stop' | 'tool_calls' | 'length' | 'error';

export interface ChatResponse {
  id: string;
  content: string;
  toolCalls?: ToolCall[];
  finishReason: ChatFinishReason;
  /** Zeros where the provider does not say. */
  usage: ChatUsage;
}

/** A piece of an answer. Calls come whole; the reason and the usage with the last one. */
export interface ChatStreamChunk {
  id: string;
  delta: { content?: string; toolCalls?: ToolCall[] };
  finishReason?: ChatFinishReason;
  usage?: ChatUsage;
}

/** Calls to models without assistants, threads and tools that are executed. Both reject with `ModelError`. */
export interface LLMBackend {
  chat(request: ChatRequest): Promise<ChatResponse>;
  chatStream(request: ChatRequest): AsyncGenerator<ChatStreamChunk>;
}
