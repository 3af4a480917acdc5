import type { ModelEvent, ModelInfo, ModelRequest } from '@cogitator-ai/openai-engine';

/** One place that models come from. */
export interface Provider {
  readonly name: string;
  /** The only models it answers to; absent where it may know any name. */
  readonly only?: readonly string[];
  /** The model meant where none is named; absent: the first it lists. */
  readonly defaultModel?: string;
  /** One turn, as `ModelPort.stream`. @param model - The provider's own name of the model. */
  stream(model: string, request: ModelRequest, options: { signal: AbortSignal }): AsyncIterable<ModelEvent>;
  /** The models it has, under its own names. Rejects when it cannot be reached. */
  list(options: { signal: AbortSignal }): Promise<ModelInfo[]>;
  close(): Promise<void>;
}
