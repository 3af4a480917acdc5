import { ModelConfigError } from '../model-config-error.ts';
import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';
import { KNOWN_PROVIDERS, type KnownProvider } from './known-providers.ts';
import { ollamaProvider } from './ollama-provider.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The providers an environment configures, in the order in which the first becomes the default.
 *
 * @param environment - Such as `process.env`; nothing else is read. Empty values count as not set.
 * @throws {@link ModelConfigError} for a base URL that is none.
 */
export function readProviders(environment: Environment): OpenAICompatibleOptions[] {
  const hosted = KNOWN_PROVIDERS.flatMap((known) => readProvider(known, environment) ?? []);
  const ollama = readOllama(environment);
  return ollama ? [...hosted, ollama] : hosted;
}

function readProvider(known: KnownProvider, environment: Environment): OpenAICompatibleOptions | null {
  const apiKey = read(environment, known.keyNames)?.value;
  const url = read(environment, known.urlNames ?? []);
  if (url) assertUrl(url);
  const baseUrl = url?.value ?? known.baseUrl;
  if (baseUrl === undefined || (apiKey === undefined && !url)) return null;
  return {
    name: known.name,
    baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiKey !== undefined && known.listHeaders ? { listHeaders: known.listHeaders(apiKey) } : {}),
    ...(url ? {} : known.own),
  };
}

function readOllama(environment: Environment): OpenAICompatibleOptions | null {
  const host = read(environment, ['COGITATOR_OLLAMA_BASE_URL', 'OLLAMA_BASE_URL', 'OLLAMA_URL', 'OLLAMA_HOST']);
  if (!host) return null;
  const apiKey = read(environment, ['COGITATOR_OLLAMA_API_KEY', 'OLLAMA_API_KEY'])?.value;
  try {
    return { ...ollamaProvider(host.value), ...(apiKey === undefined ? {} : { apiKey }) };
  } catch {
    throw new ModelConfigError(`${host.name} must be a host, host:port or a URL.`);
  }
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
