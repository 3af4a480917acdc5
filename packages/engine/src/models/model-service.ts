import { Json, type Model, type ModelList, modelNotFound } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import type { ModelInfo } from '../ports/model-port.ts';

export interface ModelService {
  list(options: { signal: AbortSignal }): Promise<Json<ModelList>>;
  retrieve(model: string, options: { signal: AbortSignal }): Promise<Json<Model>>;
}

export function createModelService({ models }: EngineContext): ModelService {
  return {
    async list(options) {
      return Json.of({ object: 'list', data: (await models.list(options)).map(toModel) });
    },

    async retrieve(model, options) {
      const found = (await models.list(options)).find(({ id }) => id === model);
      if (!found) throw modelNotFound(model);
      return Json.of(toModel(found));
    },
  };
}

function toModel({ id, created, ownedBy }: ModelInfo): Model {
  return { id, object: 'model', created, owned_by: ownedBy };
}
