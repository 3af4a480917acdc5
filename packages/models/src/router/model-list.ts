import type { ModelInfo } from '@cogitator-ai/openai-engine';
import type { Provider } from '../providers/provider.ts';

/** How long a provider may take to list its models, in ms. */
const TIMEOUT_MS = 3000;
/** How long an answer is used again, in ms; a failure too, so that a provider that is down costs nothing. */
const MAX_AGE_MS = 10_000;

/** The models of one provider, as it was last asked. */
export interface ModelList {
  /** Rejects when the provider cannot be reached. */
  read(): Promise<readonly ModelInfo[]>;
  /** The models it named last, without asking. */
  readonly known: readonly ModelInfo[];
}

/** Asks a provider when its list is old, once for all who want to know. @param onFailure - Told why there is no list. */
export function createModelList(provider: Provider, onFailure: (error: unknown) => void): ModelList {
  let askedAt = -Infinity;
  let models: Promise<readonly ModelInfo[]> = Promise.resolve([]);
  let known: readonly ModelInfo[] = [];

  async function ask(): Promise<readonly ModelInfo[]> {
    try {
      known = await provider.list({ signal: AbortSignal.timeout(TIMEOUT_MS) });
      return known;
    } catch (error) {
      onFailure(error);
      throw error;
    }
  }

  return {
    get known() {
      return known;
    },

    read() {
      if (performance.now() - askedAt > MAX_AGE_MS) {
        askedAt = performance.now();
        models = ask();
      }
      return models;
    },
  };
}
