import { expect, it } from 'vitest';
import { requestPath } from './request-path.ts';

it.each([
  // Slashes that clients add to their base URL.
  ['/v1/assistants', '/v1/assistants'],
  ['/v1/assistants/?limit=1', '/v1/assistants'],
  ['//v1///assistants//', '/v1/assistants'],
  ['/', '/'],
  ['//', '/'],
  ['/health?x=/openai/', '/health'],
  // Azure OpenAI.
  ['/openai/assistants?api-version=2024-05-01-preview', '/v1/assistants'],
  ['//openai//threads/thread_1/runs/', '/v1/threads/thread_1/runs'],
  ['/openai/v1/threads', '/v1/threads'],
  ['/openai/v1', '/v1'],
  ['/openai', '/v1'],
  ['/openai/v1beta/threads', '/v1/v1beta/threads'],
  ['/openai-proxy/threads', '/openai-proxy/threads'],
  ['/openai/openai/threads', '/v1/openai/threads'],
  // Azure AI Foundry.
  ['/api/projects/my-project/assistants?api-version=v1', '/v1/assistants'],
  ['/api/projects/a%20b/vector_stores/vs_1/files', '/v1/vector_stores/vs_1/files'],
  ['/api/projects/p/openai/v1/files', '/v1/files'],
  ['/api/projects/p/openai/files', '/v1/files'],
  ['/api/projects/openai/files', '/v1/files'],
  ['/api/projects', '/api/projects'],
  ['/api/projects/p', '/v1'],
  // Only at the beginning.
  ['/v1/openai/assistants', '/v1/openai/assistants'],
  ['/v1/models/openai/gpt-4o', '/v1/models/openai/gpt-4o'],
  ['/proxy/openai/assistants', '/proxy/openai/assistants'],
])('%s is routed as %s', (path, routed) => {
  for (const origin of ['http://127.0.0.1:8080', 'https://a.example']) {
    expect(requestPath({ url: origin + path })).toBe(routed);
  }
});
