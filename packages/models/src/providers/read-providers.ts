import { ModelConfigError } from '../model-config-error.ts';
import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';
import { KNOWN_PROVIDERS, type KnownProvider } from './known-providers.ts';
import { LOCAL_OLLAMA_URL, ollamaProvider } from './ollama-provider.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach a provider. */
export interface ProviderSettings {
  apiKey?: string;
  baseUrl?: string;
}

/**
 * The providers that are configured, in the order in which the first becomes the default.
 *
 * @param environment - Such as `process.env`; nothing else is read. Empty values count as not set.
 * @param settings - Wins over the environment. A known provider that is named without anything is asked without a key.
 * @throws {@link ModelConfigError} for a base URL that is none, and where one is missing.
 */
export function readProviders(
  environment: Environment,
  settings: Readonly<Record<string, ProviderSettings>> = {},
): OpenAICompatibleOptions[] {
  const hosted = KNOWN_PROVIDERS.flatMap((known) => readProvider(known, environment, settings[known.name]) ?? []);
  const ollama = readOllama(environment, settings['ollama']);
  const others = Object.entries(settings)
    .filter(([name]) => !isKnownProvider(name))
    .map(([name, given]) => readOther(name, given));
  return [...hosted, ...others, ...(ollama ? [ollama] : [])];
}

/** Whether an environment can configure a provider of this name. */
export function isKnownProvider(name: string): boolean {
  return name === 'ollama' || KNOWN_PROVIDERS.some((known) => known.name === name);
}

function readProvider(
  known: KnownProvider,
  environment: Environment,
  given?: ProviderSettings,
): OpenAICompatibleOptions | null {
  const { name } = known;
  const apiKey = given?.apiKey ?? read(environment, known.keyNames)?.value;
  const url =
    given?.baseUrl === undefined
      ? read(environment, known.urlNames ?? [])
      : { name: `The base URL of ${name}`, value: given.baseUrl };
  if (url) assertUrl(url);
  const baseUrl = url?.value ?? known.baseUrl;
  if (baseUrl === undefined && given) throw missingUrl(name);
  if (baseUrl === undefined || (apiKey === undefined && !url && !given)) return null;
  return {
    name,
    baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiKey !== undefined && known.listHeaders ? { listHeaders: known.listHeaders(apiKey) } : {}),
    ...(url ? {} : known.own),
  };
}

function readOllama(environment: Environment, given?: ProviderSettings): OpenAICompatibleOptions | null {
  const host =
    given?.baseUrl === undefined
      ? read(environment, ['COGITATOR_OLLAMA_BASE_URL', 'OLLAMA_BASE_URL', 'OLLAMA_URL', 'OLLAMA_HOST'])
      : { name: 'The base URL of ollama', value: given.baseUrl };
  if (!host && !given) return null;
  const apiKey = given?.apiKey ?? read(environment, ['COGITATOR_OLLAMA_API_KEY', 'OLLAMA_API_KEY'])?.value;
  try {
    return { ...ollamaProvider(host?.value ?? LOCAL_OLLAMA_URL), ...(apiKey === undefined ? {} : { apiKey }) };
  } catch {
    throw new ModelConfigError(`${host?.name} must be a host, host:port or a URL.`);
  }
}

/** Any other endpoint that speaks chat completions. */
function readOther(name: string, { apiKey, baseUrl }: ProviderSettings): OpenAICompatibleOptions {
  if (baseUrl === undefined) throw missingUrl(name);
  assertUrl({ name: `The base URL of ${name}`, value: baseUrl });
  return { name, baseUrl, ...(apiKey === undefined ? {} : { apiKey }) };
}

function missingUrl(name: string): ModelConfigError {
  return new ModelConfigError(`The provider '${name}' needs a base URL such as http://127.0.0.1:8000/v1.`);
}

/** The first of the variables that is set. */
function read(environment: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  const settings = names.map((name) => ({ name, value: environment[name]?.trim() ?? '' }));
  return settings.find(({ value }) => value !== '');
}

/** The value is not repeated: a URL may carry a password. */
function assertUrl({ name, value }: { name: string; value: string }): void {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    throw new ModelConfigError(`${name} must be a URL such as http://127.0.0.1:8000/v1.`);
  }
}
