import {
  ModelError,
  type ModelEvent,
  type ModelInfo,
  type ModelPort,
  type ModelRequest,
} from '@cogitator-ai/openai-engine';
import type { Provider } from '../providers/provider.ts';

/** How long one provider may take to list its models, in ms. */
const LIST_TIMEOUT_MS = 3000;
/** How long a list of models is used again, in ms. */
const LIST_CACHE_MS = 10_000;

export interface ModelRouterOptions {
  /** The first is the default provider. At least one. */
  providers: readonly Provider[];
  /** Other names of models: `{ 'gpt-4-turbo': 'openai/gpt-4o' }`. An alias wins over a model of that name. */
  aliases?: Readonly<Record<string, string>>;
  /** Told of a provider whose models could not be listed. */
  onUnreachable?: (provider: string, error: unknown) => void;
}

/** The name that always works: for the model chosen by an alias of this name, else for one of the default provider. */
export const DEFAULT_MODEL = 'default';

/** A {@link ModelPort} over several providers. */
export interface ModelRouter extends ModelPort {
  /** Closes the providers' connections. */
  close(): Promise<void>;
}

/**
 * Sends each model to its provider. `provider/model` is split at the first `/`; where the part before it is no provider,
 * and for a bare name, the default provider gets the name as it is. See {@link DEFAULT_MODEL} for the name `default`.
 */
export function createModelRouter({ providers, aliases = {}, onUnreachable }: ModelRouterOptions): ModelRouter {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const [defaultProvider] = providers;
  if (!defaultProvider) throw new TypeError('A model router needs at least one provider.');
  const aliasMap = new Map(Object.entries(aliases));
  let cached: { models: ModelInfo[]; until: number } | null = null;

  function resolve(requested: string): { provider: Provider; model: string } {
    const name = aliasMap.get(requested) ?? requested;
    const named = byName.get(name);
    // A provider with one model of its own name, such as the demo.
    if (named) return { provider: named, model: name };
    const slash = name.indexOf('/');
    const provider = slash === -1 ? undefined : byName.get(name.slice(0, slash));
    return provider
      ? { provider, model: name.slice(slash + 1) }
      : { provider: defaultProvider as Provider, model: name };
  }

  /** The provider's own choice, else the first model it lists. */
  async function chooseModel(provider: Provider, signal: AbortSignal): Promise<string> {
    const model = provider.defaultModel ?? (await listProvider(provider, signal))[0]?.id;
    if (model !== undefined) return resolve(model).model;
    throw new ModelError(
      'unavailable',
      `${provider.name} names no models; say which one is meant, or set DEFAULT_MODEL.`,
    );
  }

  async function* streamDefault(
    provider: Provider,
    request: ModelRequest,
    options: { signal: AbortSignal },
  ): AsyncGenerator<ModelEvent> {
    const model = await chooseModel(provider, options.signal);
    yield* provider.stream(model, { ...request, model }, options);
  }

  async function listProvider(provider: Provider, signal: AbortSignal): Promise<ModelInfo[]> {
    try {
      const models = await provider.list({ signal: AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]) });
      return models.flatMap((model) => namesOf(provider, model));
    } catch (error) {
      onUnreachable?.(provider.name, error);
      return [];
    }
  }

  /** Models of the default provider can also be named without it. */
  function namesOf(provider: Provider, model: ModelInfo): ModelInfo[] {
    if (model.id === provider.name) return [model];
    const full = { ...model, id: `${provider.name}/${model.id}` };
    return provider === defaultProvider ? [model, full] : [full];
  }

  return {
    accepts(model) {
      if (model === DEFAULT_MODEL) return true;
      const resolved = resolve(model);
      // The demo answers to its own name only, so that a mistyped model is not answered by it in silence.
      return resolved.model !== '' && (!resolved.provider.only || resolved.provider.only.includes(resolved.model));
    },

    async list({ signal }) {
      if (cached && cached.until > Date.now()) return cached.models;
      const lists = await Promise.all(providers.map((provider) => listProvider(provider, signal)));
      const real = lists.flat();
      const known = new Set(real.map(({ id }) => id));
      const aliasInfos = [...new Set([DEFAULT_MODEL, ...aliasMap.keys()])]
        .filter((id) => !known.has(id))
        .map((id) => ({ id, created: 0, ownedBy: resolve(id).provider.name }));
      const models = [...aliasInfos, ...real];
      if (!signal.aborted) cached = { models, until: Date.now() + LIST_CACHE_MS };
      return models;
    },

    stream(request, options) {
      const { provider, model } = resolve(request.model);
      if (model === DEFAULT_MODEL) return streamDefault(provider, request, options);
      if (provider.only && !provider.only.includes(model)) {
        throw new ModelError('invalid_request', `The model '${request.model}' does not exist.`);
      }
      return provider.stream(model, { ...request, model }, options);
    },

    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}
