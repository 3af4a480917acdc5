import { createDemoProvider } from '../demo/demo-provider.ts';
import {
  createOpenAICompatibleProvider,
  type OpenAICompatibleOptions,
} from '../openai-compatible/openai-compatible-model.ts';
import type { Provider } from '../providers/provider.ts';
import { LOCAL_OLLAMA_URL, ollamaProvider, readProviders } from '../providers/read-providers.ts';
import { createModelRouter, type ModelRouter, type ModelRouterOptions } from './model-router.ts';

/** How long a local Ollama is waited for at the start, in ms. */
const PROBE_MS = 300;

export interface OpenModelsOptions extends Pick<ModelRouterOptions, 'aliases' | 'onUnreachable'> {
  /** Such as `process.env`: the providers' keys and URLs are read from it. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Name of the provider that bare model names go to. Default the first configured. */
  defaultProvider?: string;
}

/** The models of an environment: of every provider it configures, else of a local Ollama, and the demo model always. */
export async function openModels(options: OpenModelsOptions): Promise<ModelRouter> {
  const configured: Provider[] = readProviders(options.environment).map(createOpenAICompatibleProvider);
  if (configured.length === 0) {
    const ollama = await probe(ollamaProvider(LOCAL_OLLAMA_URL));
    if (ollama) configured.push(ollama);
  }
  const providers = [...configured, createDemoProvider()];
  const preferred = providers.findIndex(({ name }) => name === options.defaultProvider);
  if (preferred > 0) providers.unshift(...providers.splice(preferred, 1));
  return createModelRouter({ ...options, providers });
}

async function probe(options: OpenAICompatibleOptions): Promise<Provider | null> {
  const provider = createOpenAICompatibleProvider(options);
  try {
    await provider.list({ signal: AbortSignal.timeout(PROBE_MS) });
    return provider;
  } catch {
    await provider.close();
    return null;
  }
}
