import { createOpenAICompatibleProvider } from '../openai-compatible/openai-compatible-model.ts';
import { LOCAL_OLLAMA_URL, ollamaProvider } from '../providers/ollama-provider.ts';
import { readProviders } from '../providers/read-providers.ts';
import { createModels, type CreateModelsOptions } from './create-models.ts';
import type { ModelRouter } from './model-router.ts';

/** How long a local Ollama is waited for at the start, in ms. */
const PROBE_MS = 300;

export interface OpenModelsOptions extends CreateModelsOptions {
  /** Name of the provider that bare model names go to. Default the first configured, else a local Ollama, else the demo. */
  defaultProvider?: string;
}

/**
 * {@link createModels}, with a local Ollama that answers now as the default provider where none is configured. One that is started
 * later can be used by its name.
 *
 * @throws `ModelConfigError` for a setting that is wrong.
 */
export async function openModels(options: OpenModelsOptions): Promise<ModelRouter> {
  const { environment, providers, localOllamaUrl = LOCAL_OLLAMA_URL } = options;
  const isAlone = readProviders(environment, providers).length === 0;
  const hasOllama = isAlone && (await answers(localOllamaUrl));
  return createModels({ ...(hasOllama && { defaultProvider: 'ollama' }), ...options });
}

async function answers(ollamaUrl: string): Promise<boolean> {
  const ollama = createOpenAICompatibleProvider(ollamaProvider(ollamaUrl));
  try {
    await ollama.list({ signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  } finally {
    await ollama.close();
  }
}
