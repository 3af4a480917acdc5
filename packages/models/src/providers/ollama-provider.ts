import type { OpenAICompatibleOptions } from '../openai-compatible/openai-compatible-model.ts';

/** Where Ollama listens when nobody says otherwise. */
export const LOCAL_OLLAMA_URL = 'http://127.0.0.1:11434';

/** Addresses to listen on that are none to connect to. */
const WILDCARDS = new Set(['', '0.0.0.0', '[::]']);

/**
 * An Ollama, from what `OLLAMA_HOST` may hold: `host`, `host:port`, `:port`, an IPv6 address, or a URL.
 *
 * As in Ollama itself the port is 11434, or that of the scheme where there is one.
 *
 * @throws `TypeError` for anything else.
 */
export function ollamaProvider(host: string): OpenAICompatibleOptions {
  const [, scheme, authority = '', path = ''] = /^(?:([a-z]+):\/\/)?([^/]*)(.*)$/i.exec(host) ?? [];
  if (scheme && !/^https?$/i.test(scheme)) throw new TypeError(`Ollama is not reached by ${scheme}.`);
  if (scheme && authority === '') throw new TypeError('A URL of Ollama needs a host.');
  const [name, port = scheme ? '' : '11434'] = splitPort(authority);
  const { origin } = new URL(`${scheme ?? 'http'}://${WILDCARDS.has(name) ? '127.0.0.1' : name}:${port}`);
  const base = path.replace(/\/+$/, '');
  return { name: 'ollama', baseUrl: `${origin}${base === '' ? '/v1' : base}` };
}

function splitPort(authority: string): [name: string, port?: string] {
  const isBareAddress6 = !authority.startsWith('[') && authority.split(':').length > 2;
  if (isBareAddress6) return [`[${authority}]`];
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return port === undefined ? [name ?? ''] : [name ?? '', port];
}
