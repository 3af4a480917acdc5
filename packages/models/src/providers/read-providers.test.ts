import { describe, expect, it } from 'vitest';
import { ModelConfigError } from '../model-config-error.ts';
import { KNOWN_PROVIDERS } from './known-providers.ts';
import { readProviders } from './read-providers.ts';

describe('readProviders', () => {
  it('finds nothing in an empty environment, or where values are blank', () => {
    expect(readProviders({})).toEqual([]);
    expect(readProviders({ OPENAI_API_KEY: ' ', OLLAMA_HOST: '', VLLM_API_KEY: 'key-of-no-url' })).toEqual([]);
  });

  it('takes a key, a base URL, or both', () => {
    expect(readProviders({ OPENAI_API_KEY: 'sk\n' })).toEqual([
      {
        name: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        apiKey: 'sk',
        defaultModel: 'gpt-4o-mini',
        dialect: { maxTokensField: 'max_completion_tokens' },
      },
    ]);
    expect(readProviders({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })).toEqual([
      { name: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
    ]);
    expect(readProviders({ VLLM_BASE_URL: 'http://gpu:8000/v1', VLLM_API_KEY: 'k' })).toEqual([
      { name: 'vllm', baseUrl: 'http://gpu:8000/v1', apiKey: 'k' },
    ]);
  });

  it.each(KNOWN_PROVIDERS)(
    'knows $name by its variables',
    ({ name, baseUrl = 'http://own/v1', keyNames, urlNames }) => {
      expect(keyNames[0]).toBe(`COGITATOR_${name.toUpperCase()}_API_KEY`);
      for (const keyName of keyNames) {
        const environment = { [keyName]: 'key', [urlNames?.[0] ?? '']: baseUrl };
        expect(readProviders(environment)).toMatchObject([{ name, baseUrl, apiKey: 'key' }]);
      }
    },
  );

  it('prefers the COGITATOR_ names, and keeps a fixed order', () => {
    const providers = readProviders({
      OLLAMA_HOST: 'gpu',
      COGITATOR_OLLAMA_BASE_URL: 'http://other:1',
      OLLAMA_API_KEY: 'o',
      GROQ_API_KEY: 'g',
      OPENAI_API_KEY: 'a',
      COGITATOR_OPENAI_API_KEY: 'b',
    });
    expect(providers.map(({ name, baseUrl, apiKey }) => [name, baseUrl, apiKey])).toEqual([
      ['openai', 'https://api.openai.com/v1', 'b'],
      ['groq', 'https://api.groq.com/openai/v1', 'g'],
      ['ollama', 'http://other:1/v1', 'o'],
    ]);
  });

  it('asks Anthropic for its models as Anthropic wants to be asked', () => {
    expect(readProviders({ ANTHROPIC_API_KEY: 'sk' })).toMatchObject([
      { listHeaders: { 'x-api-key': 'sk', 'anthropic-version': '2023-06-01' } },
    ]);
  });

  it.each([
    ['OPENAI_BASE_URL', 'localhost:8000/v1', 'a URL such as http://127.0.0.1:8000/v1'],
    ['OPENAI_BASE_URL', 'ftp://me:secret@host/v1', 'a URL such as http://127.0.0.1:8000/v1'],
    ['COGITATOR_VLLM_BASE_URL', 'http://a b/', 'a URL such as http://127.0.0.1:8000/v1'],
    ['OLLAMA_HOST', 'gpu:many', 'a host, host:port or a URL'],
    ['OLLAMA_HOST', 'gpu:99999', 'a host, host:port or a URL'],
  ])('says that %s is wrong when it is %s, and keeps the value to itself', (name, value, right) => {
    expect(() => readProviders({ [name]: value })).toThrow(new ModelConfigError(`${name} must be ${right}.`));
  });

  it('prefers what it is given to the environment', () => {
    const environment = { OPENAI_API_KEY: 'sk-environment', GROQ_API_KEY: 'gsk' };
    const settings = {
      openai: { apiKey: 'sk-given', baseUrl: 'http://127.0.0.1:9/v1' },
      ollama: {},
      lab: { baseUrl: 'http://lab/v1' },
    };
    expect(readProviders(environment, settings)).toEqual([
      { name: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-given' },
      { name: 'groq', baseUrl: 'https://api.groq.com/openai/v1', apiKey: 'gsk' },
      { name: 'lab', baseUrl: 'http://lab/v1' },
      { name: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
    ]);
    expect(readProviders({}, { openai: {} })).toMatchObject([{ name: 'openai', baseUrl: 'https://api.openai.com/v1' }]);
  });

  it.each([
    [{ vllm: {} }, "The provider 'vllm' needs a base URL"],
    [{ lab: { apiKey: 'k' } }, "The provider 'lab' needs a base URL"],
    [{ openai: { baseUrl: 'ftp://x' } }, 'The base URL of openai must be a URL'],
    [{ ollama: { baseUrl: 'ftp://x' } }, 'The base URL of ollama must be a host'],
  ])('refuses %j', (settings, message) => {
    expect(() => readProviders({}, settings)).toThrow(ModelConfigError);
    expect(() => readProviders({}, settings)).toThrow(message);
  });
});
