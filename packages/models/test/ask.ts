import { ModelError, type ModelEvent, type ModelRequest } from '@cogitator-ai/openai-engine';
import { type Reply, startUpstream, type Upstream } from '@cogitator-ai/tests-upstream';
import { afterAll, afterEach, beforeAll } from 'vitest';
import {
  createOpenAICompatibleProvider,
  type OpenAICompatibleOptions,
} from '../src/openai-compatible/openai-compatible-model.ts';
import type { Provider } from '../src/providers/provider.ts';

export const QUESTION: ModelRequest = { model: 'test-model', messages: [{ role: 'user', content: 'Hi' }] };
export const DONE = 'data: [DONE]\n\n';

/** A chunk as it travels. */
export const frame = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;

/** A chunk with one choice, as it travels. */
export const deltaFrame = (delta: object, finishReason: string | null = null): string =>
  frame({ choices: [{ index: 0, delta, finish_reason: finishReason }] });

export const never = (): AbortSignal => new AbortController().signal;

/** A provider and the upstream it asks, for the tests of one file. */
export interface Pair {
  readonly upstream: Upstream;
  readonly provider: Provider;
  /** The events of one turn that is answered like this. */
  readonly ask: (reply: Reply | Reply[], request?: ModelRequest) => Promise<ModelEvent[]>;
  /** What a turn fails with that is answered like this. */
  readonly failure: (reply: Reply | Reply[]) => Promise<ModelError>;
}

export function usePair(options: Partial<OpenAICompatibleOptions> = {}): Pair {
  let upstream: Upstream;
  let provider: Provider;
  beforeAll(async () => {
    upstream = await startUpstream();
    // The slash at the end is a common way to write it.
    provider = createOpenAICompatibleProvider({ name: 'tests', baseUrl: `${upstream.url}/`, ...options });
  });
  afterEach(() => upstream.reset());
  afterAll(async () => {
    await provider.close();
    await upstream.close();
  });

  const ask: Pair['ask'] = (reply, request = QUESTION) => {
    upstream.script(...[reply].flat());
    return Array.fromAsync(provider.stream(request.model, request, { signal: never() }));
  };
  return {
    get upstream() {
      return upstream;
    },
    get provider() {
      return provider;
    },
    ask,
    async failure(reply) {
      const error: unknown = await ask(reply).then(
        () => new Error('The turn did not fail.'),
        (reason: unknown) => reason,
      );
      if (ModelError.isInstance(error)) return error;
      throw error;
    },
  };
}
