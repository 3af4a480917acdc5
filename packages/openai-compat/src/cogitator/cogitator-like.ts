import type { ModelPort } from '@cogitator-ai/openai-engine';

/** What has models of the engine's shape: `Cogitator` of `@cogitator-ai/core`. */
export interface WithModels {
  readonly models: ModelPort;
}

/** What gives out a backend for each model. */
export interface WithBackends {
  getLLMBackend(model: string): Backend;
}

/** What can only run an agent to its end: it is given an {@link AgentLike} and {@link RunOptionsLike}. */
export interface WithRun {
  run(agent: never, options: never): Promise<RunResultLike>;
}

/**
 * What an adapter or a server can take its models from, in the order in which it is recognised: a {@link ModelPort}, something that has
 * one, something with backends, something that only runs agents.
 */
export type CogitatorLike = ModelPort | WithModels | WithBackends | WithRun;

/** Calls of one model. `chatStream` is preferred. */
export interface Backend {
  chatStream?(request: BackendRequest): AsyncIterable<BackendChunk>;
  chat?(request: BackendRequest): Promise<BackendResponse>;
}

export interface BackendRequest {
  /** Without the provider. */
  model: string;
  messages: BackendMessage[];
  /** Absent rather than empty. */
  tools?: BackendTool[];
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
  stream?: boolean;
  /** For backends that heed one. */
  signal?: AbortSignal;
}

export interface BackendMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | BackendContentPart[];
}

export type BackendContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } };

export interface BackendTool {
  name: string;
  description: string;
  parameters: { type: 'object'; properties: Record<string, unknown>; required?: string[] };
}

export interface BackendToolCall {
  id?: string | undefined;
  name?: string | undefined;
  arguments?: Record<string, unknown> | undefined;
}

export interface BackendUsage {
  inputTokens: number;
  outputTokens: number;
}

/** A call comes whole. The usage may come with the reason, after it, or not at all. */
export interface BackendChunk {
  delta: { content?: string | undefined; toolCalls?: BackendToolCall[] | undefined };
  finishReason?: 'stop' | 'tool_calls' | 'length' | 'error' | undefined;
  usage?: BackendUsage | undefined;
}

export interface BackendResponse {
  content: string;
  toolCalls?: BackendToolCall[] | undefined;
  finishReason: NonNullable<BackendChunk['finishReason']>;
  usage?: BackendUsage | undefined;
}

/** An agent by its fields, which are there once more as `config`. */
export interface AgentLike {
  id: string;
  name: string;
  model: string;
  instructions: string;
  tools: [];
  config: {
    name: string;
    model: string;
    instructions: string;
    temperature?: number;
    topP?: number;
    maxTokens?: number;
  };
}

export interface RunOptionsLike {
  /** The whole conversation, as text. */
  input: string;
  stream: true;
  /** May never be called. */
  onToken: (token: string) => void;
  useMemory: false;
}

export interface RunResultLike {
  output: string;
  usage?: BackendUsage | undefined;
}
