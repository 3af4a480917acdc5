import {
  createOpenAICompatibleEmbedder,
  type OpenAICompatibleEmbedder,
  readProviders,
} from '@cogitator-ai/openai-models';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/settings.ts';

/**
 * The configured embedder, `null` without one. Its provider is one of those that models are asked of.
 *
 * @throws `ConfigError` when that is not configured.
 */
export function openEmbedder(
  { embeddingModel, embeddingDimensions: dimensions }: Config,
  environment: Readonly<Record<string, string | undefined>>,
): OpenAICompatibleEmbedder | null {
  if (embeddingModel === undefined) return null;
  const slash = embeddingModel.indexOf('/');
  const provider = embeddingModel.slice(0, slash);
  const settings = readProviders(environment).find(({ name }) => name === provider);
  if (!settings) {
    throw new ConfigError(`The provider of EMBEDDING_MODEL, '${provider}', is not configured.`);
  }
  const { baseUrl, apiKey } = settings;
  return createOpenAICompatibleEmbedder({
    baseUrl,
    model: embeddingModel.slice(slash + 1),
    name: dimensions === undefined ? embeddingModel : `${embeddingModel}@${dimensions}`,
    ...(apiKey !== undefined && { apiKey }),
    ...(dimensions !== undefined && { dimensions }),
  });
}
