import { ModelError, type ModelInfo } from '@cogitator-ai/openai-engine';
import { type Dispatcher, request as send } from 'undici';
import { connectionError } from './connection-error.ts';
import { errorOfAnswer } from './http-error.ts';
import { readText } from '../http/read-text.ts';

/** Most of a list of models that is read, in bytes. */
const MAX_LIST_BYTES = 8 * 2 ** 20;

/** A model as providers list it. */
interface ListedModel {
  id?: unknown;
  created?: unknown;
  /** Anthropic's, an ISO date. */
  created_at?: unknown;
  owned_by?: unknown;
  /** The context window in tokens, by the names that vLLM, OpenRouter and Together, Groq, and Mistral give it. */
  max_model_len?: unknown;
  context_length?: unknown;
  context_window?: unknown;
  max_context_length?: unknown;
}

export interface ListModelsOptions {
  /** Name of the provider, for errors and for models without an owner. */
  provider: string;
  url: URL;
  /** Left out of error messages. */
  apiKey: string | undefined;
  headers: Readonly<Record<string, string>>;
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

/** Asks `GET /models`. @throws `ModelError` when there is no answer or it is no list. */
export async function listModels({ provider, url, apiKey, ...options }: ListModelsOptions): Promise<ModelInfo[]> {
  const { statusCode, text } = await get(url, options).catch((cause: unknown) => {
    throw connectionError(provider, cause, 'could not be reached');
  });
  if (statusCode !== 200) throw errorOfAnswer(provider, statusCode, text, apiKey);
  return readList(provider, text).flatMap((model) => {
    const { id, created, created_at: createdAt, owned_by: ownedBy } = model;
    if (typeof id !== 'string' || id === '') return [];
    const contextTokens = contextTokensOf(model);
    return {
      id,
      created: toUnixSeconds(created ?? createdAt),
      ownedBy: typeof ownedBy === 'string' && ownedBy !== '' ? ownedBy : provider,
      ...(contextTokens === undefined ? {} : { contextTokens }),
    };
  });
}

function contextTokensOf(model: ListedModel): number | undefined {
  const candidates = [model.max_model_len, model.context_length, model.context_window, model.max_context_length];
  return candidates.find((value): value is number => Number.isSafeInteger(value) && (value as number) > 0);
}

async function get(
  url: URL,
  options: Pick<ListModelsOptions, 'headers' | 'dispatcher' | 'signal'>,
): Promise<{ statusCode: number; text: string }> {
  const { statusCode, body } = await send(url, options);
  return { statusCode, text: (await readText(body, MAX_LIST_BYTES)).text };
}

/** `{data: […]}`, or the bare list (Together). */
function readList(provider: string, text: string): ListedModel[] {
  try {
    const list = JSON.parse(text) as { data?: ListedModel[] | null } | ListedModel[];
    const models = Array.isArray(list) ? list : (list.data ?? []);
    if (models.every((model) => typeof model === 'object' && model !== null)) return models;
  } catch {
    // Told below.
  }
  throw new ModelError('invalid_response', `${provider} did not answer with a list of models. Is its base URL right?`);
}

function toUnixSeconds(value: unknown): number {
  const seconds = typeof value === 'string' ? Math.trunc(Date.parse(value) / 1000) : value;
  return Number.isSafeInteger(seconds) ? (seconds as number) : 0;
}
