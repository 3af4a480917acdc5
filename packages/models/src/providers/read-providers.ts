import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';
import { KNOWN_PROVIDERS } from './known-providers.ts';

/** Where Ollama listens when nobody says otherwise. */
export const LOCAL_OLLAMA_URL = 'http://127.0.0.1:11434';

/**
 * The providers an environment configures, in the order in which the first becomes the default.
 *
 * @param environment - Such as `process.env`; nothing else is read. Empty values count as not set.
 */
export function readProviders(environment: Readonly<Record<string, string | undefined>>): OpenAICompatibleOptions[] {
  const read = (names: readonly string[] = []): string | undefined =>
    names.map((name) => environment[name]?.trim()).find(Boolean);

  const providers = KNOWN_PROVIDERS.flatMap(({ name, baseUrl, keyNames, urlNames, own }): OpenAICompatibleOptions[] => {
    const apiKey = read(keyNames);
    const url = read(urlNames);
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
  const ollamaHost = read(['COGITATOR_OLLAMA_BASE_URL', 'OLLAMA_BASE_URL', 'OLLAMA_HOST']);
  if (ollamaHost !== undefined) providers.push(ollamaProvider(ollamaHost));
  return providers;
}

/** @param host - As Ollama takes it: `host`, `host:port` or a URL. */
export function ollamaProvider(host: string): OpenAICompatibleOptions {
  const url = new URL(/^https?:\/\//.test(host) ? host : `http://${host}`);
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  // What Ollama listens on is not always what it can be reached at.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  const path = url.pathname.replace(/\/+$/, '');
  return { name: 'ollama', baseUrl: `${url.origin}${path === '' ? '/v1' : path}` };
}
