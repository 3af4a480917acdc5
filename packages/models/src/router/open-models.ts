import { createDemoProvider } from '../demo/demo-provider.ts';
import { createOpenAICompatibleProvider } from '../openai-compatible/openai-compatible-model.ts';
import { LOCAL_OLLAMA_URL, ollamaProvider } from '../providers/ollama-provider.ts';
import type { Provider } from '../providers/provider.ts';
import { readProviders } from '../providers/read-providers.ts';
import { createModelRouter, type ModelRouter, type ModelRouterOptions } from './model-router.ts';

/** How long a local Ollama is waited for at the start, in ms. */
const PROBE_MS = 300;

export interface OpenModelsOptions extends Pick<ModelRouterOptions, 'aliases' | 'onUnreachable'> {
  /** Such as `process.env`: the providers' keys and URLs are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Name of the provider that bare model names go to. Default the first configured, else a local Ollama, else the demo. */
  defaultProvider?: string;
  /** Where an Ollama may listen that the environment does not name. Default `http://127.0.0.1:11434`. */
  localOllamaUrl?: string;
}

/**
 * The models of an environment: of every provider it configures, of a local Ollama, and the demo model.
 *
 * A local Ollama may be started later; only one that answers now can become the default provider.
 *
 * @throws `ModelConfigError` for a setting that is wrong.
 */
export async function openModels(options: OpenModelsOptions): Promise<ModelRouter> {
  const { environment, defaultProvider, localOllamaUrl = LOCAL_OLLAMA_URL, onUnreachable, ...rest } = options;
  const providers: Provider[] = readProviders(environment).map(createOpenAICompatibleProvider);
  const isOllamaConfigured = providers.some(({ name }) => name === 'ollama');
  const demo = createDemoProvider();
  if (isOllamaConfigured) {
    providers.push(demo);
  } else {
    const ollama = createOpenAICompatibleProvider(ollamaProvider(localOllamaUrl));
    const isDefault = providers.length === 0 && (await answers(ollama));
    providers.push(...(isDefault ? [ollama, demo] : [demo, ollama]));
  }
  const preferred = providers.findIndex(({ name }) => name === defaultProvider);
  if (preferred > 0) providers.unshift(...providers.splice(preferred, 1));
  return createModelRouter({
    ...rest,
    providers,
    onUnreachable(name, error) {
      // Nobody said that there is a local Ollama.
      if (isOllamaConfigured || name !== 'ollama') onUnreachable?.(name, error);
    },
  });
}

async function answers(provider: Provider): Promise<boolean> {
  try {
    await provider.list({ signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}
