export { createDemoProvider, DEMO_MODEL } from './demo/demo-provider.ts';
export { EmbeddingError } from './embeddings/embedding-error.ts';
export { createOpenAICompatibleEmbedder } from './embeddings/openai-compatible-embedder.ts';
export type {
  OpenAICompatibleEmbedder,
  OpenAICompatibleEmbedderOptions,
} from './embeddings/openai-compatible-embedder.ts';
export { ModelConfigError } from './model-config-error.ts';
export { createOpenAICompatibleProvider } from './openai-compatible/openai-compatible-model.ts';
export type { OpenAICompatibleOptions } from './openai-compatible/openai-compatible-model.ts';
export type { ModelTimeouts } from './openai-compatible/timeouts.ts';
export { ollamaProvider } from './providers/ollama-provider.ts';
export type { Provider } from './providers/provider.ts';
export { isKnownProvider, readProviders } from './providers/read-providers.ts';
export type { ProviderSettings } from './providers/read-providers.ts';
export { createModels } from './router/create-models.ts';
export type { CreateModelsOptions } from './router/create-models.ts';
export { createModelRouter, DEFAULT_MODEL } from './router/model-router.ts';
export type { ModelRouter, ModelRouterOptions } from './router/model-router.ts';
export { openModels } from './router/open-models.ts';
export type { OpenModelsOptions } from './router/open-models.ts';
