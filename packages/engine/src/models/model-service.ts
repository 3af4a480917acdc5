import type { Json, Model, ModelList } from '@cogitator-ai/openai-protocol';

export interface ModelService {
  list(options: { signal: AbortSignal }): Promise<Json<ModelList>>;
  retrieve(model: string, options: { signal: AbortSignal }): Promise<Json<Model>>;
}
