import { Json, type Model, type ModelList, modelNotDeletable, modelNotFound } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import type { ModelInfo } from '../ports/model-port.ts';

export interface ModelService {
  list(options: { signal: AbortSignal }): Promise<Json<ModelList>>;
  retrieve(model: string, options: { signal: AbortSignal }): Promise<Json<Model>>;
  /** Always rejects: there are no fine-tuned models, and no others can be deleted. */
  delete(model: string, options: { signal: AbortSignal }): Promise<never>;
}

export function createModelService({ models }: EngineContext): ModelService {
  async function find(model: string, options: { signal: AbortSignal }): Promise<ModelInfo> {
    const found = (await models.list(options)).find(({ id }) => id === model);
    if (!found) throw modelNotFound(model);
    return found;
  }

  return {
    async list(options) {
      return Json.of({ object: 'list', data: (await models.list(options)).map(toModel) });
    },

    retrieve: async (model, options) => Json.of(toModel(await find(model, options))),

    async delete(model, options) {
      await find(model, options);
      throw modelNotDeletable(model);
    },
  };
}

function toModel({ id, created, ownedBy }: ModelInfo): Model {
  return { id, object: 'model', created, owned_by: ownedBy };
}
