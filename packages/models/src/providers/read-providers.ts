import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';
import { KNOWN_PROVIDERS } from './known-providers.ts';

/** Where Ollama listens when nobody says otherwise. */
export const LOCAL_OLLAMA_URL = 'http://127.0.0.1:11434';

/**
 * The providers an environment configures, in the order in which the first becomes the default.
 *
 * @param environment - Such as `process.env`; nothing else is read. Empty values count as not set.
 * @throws `TypeError` that names the variable whose URL is none.
 */
export function readProviders(environment: Readonly<Record<string, string | undefined>>): OpenAICompatibleOptions[] {
  const read = (names: readonly string[] = []): string | undefined =>
    names.map((name) => environment[name]?.trim()).find(Boolean);
  const readUrl = (names: readonly string[] = [], complete = (text: string) => text): string | undefined => {
    const value = read(names);
    if (value === undefined || isHttpUrl(complete(value))) return value;
    const name = names.find((candidate) => environment[candidate]?.trim() === value);
    // It may hold a password, so it is not repeated.
    throw new TypeError(`${name} must be a URL such as http://127.0.0.1:8000/v1.`);
  };

  const providers = KNOWN_PROVIDERS.flatMap(({ name, baseUrl, keyNames, urlNames, own }): OpenAICompatibleOptions[] => {
    const apiKey = read(keyNames);
    const url = readUrl(urlNames);
    if (apiKey === undefined && url === undefined) return [];
    return [
      {
        name,
        baseUrl: url ?? baseUrl,
        ...(apiKey === undefined ? {} : { apiKey }),
        // Another endpoint has other models and other ways.
        ...(url === undefined ? own : {}),
      },
    ];
  });
  const ollamaHost = readUrl(['COGITATOR_OLLAMA_BASE_URL', 'OLLAMA_BASE_URL', 'OLLAMA_HOST'], withScheme);
  if (ollamaHost !== undefined) providers.push(ollamaProvider(ollamaHost));
  return providers;
}

/** @param host - As Ollama takes it: `host`, `host:port` or a URL. */
export function ollamaProvider(host: string): OpenAICompatibleOptions {
  const url = new URL(withScheme(host));
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  // What Ollama listens on is not always what it can be reached at.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  const path = url.pathname.replace(/\/+$/, '');
  return { name: 'ollama', baseUrl: `${url.origin}${path === '' ? '/v1' : path}` };
}

function withScheme(host: string): string {
  return /^https?:\/\//.test(host) ? host : `http://${host}`;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
