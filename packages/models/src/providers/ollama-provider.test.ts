import { describe, expect, it } from 'vitest';
import { ollamaProvider } from './ollama-provider.ts';

describe('ollamaProvider', () => {
  it.each([
    ['gpu', 'http://gpu:11434/v1'],
    ['gpu:8000', 'http://gpu:8000/v1'],
    [':8000', 'http://127.0.0.1:8000/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['0.0.0.0:8000', 'http://127.0.0.1:8000/v1'],
    ['[::]:8000', 'http://127.0.0.1:8000/v1'],
    ['::', 'http://127.0.0.1:11434/v1'],
    ['::1', 'http://[::1]:11434/v1'],
    ['[fe80::1]:8000', 'http://[fe80::1]:8000/v1'],
    ['http://gpu:8000/', 'http://gpu:8000/v1'],
    ['http://gpu', 'http://gpu/v1'],
    ['https://gpu.example', 'https://gpu.example/v1'],
    ['http://gpu:8000/ollama/v1/', 'http://gpu:8000/ollama/v1'],
    ['gpu/ollama', 'http://gpu:11434/ollama'],
  ])('takes %s for %s', (host, baseUrl) => {
    expect(ollamaProvider(host)).toEqual({ name: 'ollama', baseUrl });
  });

  it.each(['gpu:many', 'gpu:99999', 'two words', 'ftp://gpu', 'http://'])('refuses %s', (host) => {
    expect(() => ollamaProvider(host)).toThrow(TypeError);
  });
});
