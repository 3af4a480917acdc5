import type { ModelPort } from '@cogitator-ai/openai-engine';
import { createBackendModels } from './backend-models.ts';
import type { CogitatorLike, WithBackends, WithModels } from './cogitator-like.ts';
import { createRunModels, type Runner } from './run-models.ts';

/**
 * The models of a runtime, recognised by its shape.
 *
 * @throws `TypeError` for what has none of the shapes.
 */
export function toModelPort(cogitator: CogitatorLike): ModelPort {
  if (isModelPort(cogitator)) return cogitator;
  const models = (cogitator as Partial<WithModels> | null)?.models;
  if (isModelPort(models)) return models;
  if (hasMethod(cogitator, 'getLLMBackend')) return createBackendModels(cogitator as WithBackends);
  if (hasMethod(cogitator, 'run')) return createRunModels(cogitator as Runner);
  throw new TypeError(
    'Not a runtime: expected a Cogitator of @cogitator-ai/core, or an object with getLLMBackend(model) or run(agent, options).',
  );
}

function isModelPort(value: unknown): value is ModelPort {
  return hasMethod(value, 'stream') && hasMethod(value, 'accepts') && hasMethod(value, 'list');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
