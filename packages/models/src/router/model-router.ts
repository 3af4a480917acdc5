import {
  ModelError,
  type ModelEvent,
  type ModelInfo,
  type ModelPort,
  type ModelRequest,
} from '@cogitator-ai/openai-engine';
import type { Provider } from '../providers/provider.ts';
import { abortable } from './abortable.ts';
import { publishedContextTokens } from './published-context-tokens.ts';
import { createModelList, type ModelList } from './model-list.ts';
import { resolveAliases } from './resolve-aliases.ts';

/** Models that a provider lists and that do not chat. */
const OTHER_KIND = /embed|rerank|whisper|tts|dall-e|moderation|image|audio/i;

export interface ModelRouterOptions {
  /** The first is the default provider. At least one. */
  providers: readonly Provider[];
  /**
   * Other names of models: `{ 'gpt-4-turbo': 'openai/gpt-4o' }`. An alias wins over a model of that name, and may name
   * another alias.
   */
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

/** Where a request goes, and the provider's own name of the model. */
interface Route {
  readonly provider: Provider;
  readonly model: string;
}

/**
 * Sends each model to its provider. `provider/model` is split at the first `/`; where the part before it is no provider,
 * and for a bare name, the default provider gets the name as it is. See {@link DEFAULT_MODEL} for the name `default`.
 *
 * @throws `ModelConfigError` for aliases that lead back to themselves.
 */
export function createModelRouter({ providers, aliases = {}, onUnreachable }: ModelRouterOptions): ModelRouter {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const aliasMap = resolveAliases(aliases);
  const lists = new Map<Provider, ModelList>(
    providers.map((provider) => [
      provider,
      createModelList(provider, (error) => onUnreachable?.(provider.name, error)),
    ]),
  );
  const listOf = (provider: Provider): ModelList => lists.get(provider) as ModelList;
  const [first] = providers;
  if (!first) throw new TypeError('A model router needs at least one provider.');
  const defaultProvider: Provider = first;

  function routeOf(requested: string): Route {
    const model = aliasMap.get(requested) ?? requested;
    const slash = model.indexOf('/');
    if (slash === -1)
      return { provider: providers.find(({ only }) => only?.includes(model)) ?? defaultProvider, model };
    const provider = byName.get(model.slice(0, slash));
    return provider ? { provider, model: model.slice(slash + 1) } : { provider: defaultProvider, model };
  }

  function isKnown({ provider, model }: Route): boolean {
    if (model === DEFAULT_MODEL) return true;
    // The demo answers to its own name only, so that a mistyped model is not answered by it in silence.
    return model !== '' && (!provider.only || provider.only.includes(model));
  }

  /** A provider's models under the names requests use; those of the default provider can be named without it. */
  async function namedModels(provider: Provider): Promise<ModelInfo[]> {
    const models = await listOf(provider)
      .read()
      .catch(() => []);
    return models.flatMap((model) => {
      if (provider.only) return [model];
      const full = { ...model, id: `${provider.name}/${model.id}` };
      return provider === defaultProvider ? [model, full] : [full];
    });
  }

  /** The provider's own choice, else the first model it lists that chats. */
  async function chooseModel(provider: Provider): Promise<string> {
    if (provider.defaultModel !== undefined) return provider.defaultModel;
    const chosen = firstThatChats(await listOf(provider).read());
    if (chosen) return chosen.id;
    throw new ModelError('unavailable', `${provider.name} lists no model; name the one that is meant.`);
  }

  async function* streamDefault(
    provider: Provider,
    request: ModelRequest,
    options: { signal: AbortSignal },
  ): AsyncGenerator<ModelEvent> {
    const model = await abortable(chooseModel(provider), options.signal);
    yield* provider.stream(model, { ...request, model }, options);
  }

  return {
    contextTokens(requested) {
      const { provider, model } = routeOf(requested);
      const { known } = listOf(provider);
      const chosen = model === DEFAULT_MODEL ? (provider.defaultModel ?? firstThatChats(known)?.id) : model;
      return known.find(({ id }) => id === chosen)?.contextTokens ?? publishedContextTokens(chosen ?? '');
    },

    accepts: (model) => isKnown(routeOf(model)),

    async list({ signal }) {
      const named = await abortable(Promise.all(providers.map(namedModels)), signal);
      const aliased = [DEFAULT_MODEL, ...aliasMap.keys()].map((id) => ({
        id,
        created: 0,
        ownedBy: routeOf(id).provider.name,
      }));
      // The alias comes first and wins, as it does in a request.
      const models = new Map<string, ModelInfo>();
      for (const model of [...aliased, ...named.flat()]) if (!models.has(model.id)) models.set(model.id, model);
      return [...models.values()];
    },

    stream(request, options) {
      const route = routeOf(request.model);
      const { provider, model } = route;
      if (!isKnown(route)) throw new ModelError('invalid_request', `The model '${request.model}' does not exist.`);
      // An async generator would cost every token of every other model.
      if (model === DEFAULT_MODEL) return streamDefault(provider, request, options);
      return provider.stream(model, { ...request, model }, options);
    },

    async close() {
      await Promise.all(providers.map((provider) => provider.close()));
    },
  };
}

function firstThatChats(models: readonly ModelInfo[]): ModelInfo | undefined {
  return models.find(({ id }) => !OTHER_KIND.test(id));
}
