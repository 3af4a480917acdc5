import { createDemoProvider } from '../demo/demo-provider.ts';
import { createOpenAICompatibleProvider } from '../openai-compatible/openai-compatible-model.ts';
import { LOCAL_OLLAMA_URL, ollamaProvider } from '../providers/ollama-provider.ts';
import type { Provider } from '../providers/provider.ts';
import { type ProviderSettings, readProviders } from '../providers/read-providers.ts';
import { createModelRouter, type ModelRouter, type ModelRouterOptions } from './model-router.ts';

export interface CreateModelsOptions extends Pick<ModelRouterOptions, 'aliases' | 'onUnreachable'> {
  /** Such as `process.env`: the providers' keys and URLs are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Keys and URLs by the provider's name, which win over the environment. Default none. */
  providers?: Readonly<Record<string, ProviderSettings>>;
  /** Name of the provider that bare model names go to. Default the first configured, else the demo. */
  defaultProvider?: string;
  /** Where an Ollama may listen that nobody names. Default `http://127.0.0.1:11434`. */
  localOllamaUrl?: string;
}

/**
 * The models of every provider that is configured, of a local Ollama, and the demo model.
 *
 * @throws `ModelConfigError` for a setting that is wrong.
 */
export function createModels(options: CreateModelsOptions): ModelRouter {
  const { environment, providers: settings, defaultProvider, onUnreachable, aliases = {} } = options;
  const configured = readProviders(environment, settings);
  const isOllamaConfigured = configured.some(({ name }) => name === 'ollama');
  const local = isOllamaConfigured ? [] : [ollamaProvider(options.localOllamaUrl ?? LOCAL_OLLAMA_URL)];
  const providers: Provider[] = [
    ...configured.map(createOpenAICompatibleProvider),
    createDemoProvider(),
    ...local.map(createOpenAICompatibleProvider),
  ];
  const preferred = providers.findIndex(({ name }) => name === defaultProvider);
  if (preferred > 0) providers.unshift(...providers.splice(preferred, 1));
  return createModelRouter({
    aliases,
    providers,
    onUnreachable(name, error) {
      // Nobody said that there is a local Ollama.
      if (isOllamaConfigured || name !== 'ollama') onUnreachable?.(name, error);
    },
  });
}
