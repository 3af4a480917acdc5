import { describe, expect, it } from 'vitest';
import { ollamaProvider, readProviders } from './read-providers.ts';

describe('readProviders', () => {
  it('finds nothing in an empty environment, or where values are blank', () => {
    expect(readProviders({})).toEqual([]);
    expect(readProviders({ OPENAI_API_KEY: ' ' })).toEqual([]);
  });

  it('takes a key, a base URL, or both', () => {
    expect(readProviders({ OPENAI_API_KEY: 'sk' })).toEqual([
      {
        name: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        apiKey: 'sk',
        defaultModel: 'gpt-4o-mini',
        dialect: { maxTokensParameter: 'max_completion_tokens' },
      },
    ]);
    expect(readProviders({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' })).toEqual([
      { name: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
    ]);
  });

  it('prefers the COGITATOR_ names, and keeps a fixed order', () => {
    const providers = readProviders({
      OLLAMA_HOST: 'gpu',
      GROQ_API_KEY: 'g',
      OPENAI_API_KEY: 'a',
      COGITATOR_OPENAI_API_KEY: 'b',
    });
    expect(providers.map(({ name, apiKey }) => [name, apiKey])).toEqual([
      ['openai', 'b'],
      ['groq', 'g'],
      ['ollama', undefined],
    ]);
  });
});

describe('readProviders, of a URL that is none', () => {
  it.each([
    ['OPENAI_BASE_URL', 'gpu'],
    ['OPENAI_BASE_URL', 'localhost:8000/v1'],
    ['COGITATOR_OPENAI_BASE_URL', 'ftp://me:secret@gpu/v1'],
    ['OLLAMA_HOST', 'http://'],
    ['OLLAMA_BASE_URL', 'a b'],
  ])('names the variable and keeps the value to itself: %s=%s', (name, value) => {
    expect(() => readProviders({ [name]: value })).toThrow(
      new TypeError(`${name} must be a URL such as http://127.0.0.1:8000/v1.`),
    );
  });
});

describe('ollamaProvider', () => {
  it.each([
    ['gpu', 'http://gpu:11434/v1'],
    ['gpu:8000', 'http://gpu:8000/v1'],
    ['http://gpu:8000/', 'http://gpu:8000/v1'],
    ['https://gpu.example', 'https://gpu.example/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['http://gpu:8000/ollama/v1', 'http://gpu:8000/ollama/v1'],
  ])('takes %s for %s', (host, baseUrl) => {
    expect(ollamaProvider(host)).toEqual({ name: 'ollama', baseUrl });
  });
});
