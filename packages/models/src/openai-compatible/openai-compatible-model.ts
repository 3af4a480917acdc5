import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError, type ModelEvent, type ModelInfo, type ModelRequest } from '@cogitator-ai/openai-engine';
import { Agent, type Dispatcher, request as send } from 'undici';
import type { Provider } from '../providers/provider.ts';
import { type ChatDialect, DEFAULT_DIALECT, toChatRequest } from './chat-request.ts';
import { ChatReader } from './chat-reader.ts';
import { toModelError } from './http-error.ts';
import { DEFAULT_TIMEOUTS, type ModelTimeouts } from './timeouts.ts';

/** Tries of one turn; only a turn that has not begun to answer is tried again. */
const MAX_TRIES = 3;
/** Longest wait a provider may ask for before the next try, in ms. */
const MAX_RETRY_WAIT_MS = 20_000;
/** Most of an error body that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Most of a list of models that is read, in bytes. */
const MAX_LIST_BYTES = 8 * 2 ** 20;

export interface OpenAICompatibleOptions {
  /** Name in error messages and in `GET /v1/models`: `openai`, `ollama`, … */
  name: string;
  /** URL that `/chat/completions` is appended to. */
  baseUrl: string;
  apiKey?: string;
  headers?: Readonly<Record<string, string>>;
  /** The model meant where none is named. Default the first that is listed. */
  defaultModel?: string;
  /** Where the endpoint differs from most. */
  dialect?: Partial<ChatDialect>;
  timeouts?: Partial<ModelTimeouts>;
}

/** The models of one endpoint that speaks OpenAI's chat completions. */
export function createOpenAICompatibleProvider(options: OpenAICompatibleOptions): Provider {
  const { name, apiKey } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const agent = new Agent({
    connect: { timeout: timeouts.connectMs },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
  });
  const headers = {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    'content-type': 'application/json',
    ...options.headers,
  };
  const dialect = { ...DEFAULT_DIALECT, ...options.dialect };

  async function open(body: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    for (let attempt = 1; ; attempt++) {
      const failure = await post(body, signal);
      if (!('error' in failure)) return failure;
      if (!failure.retry || attempt === MAX_TRIES) throw failure.error;
      await sleep(failure.waitMs ?? 250 * 2 ** attempt * (0.75 + Math.random() / 2), undefined, { signal });
    }
  }

  async function post(
    body: string,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData | { error: ModelError; retry: boolean; waitMs?: number }> {
    let response: Dispatcher.ResponseData;
    try {
      response = await send(`${baseUrl}/chat/completions`, {
        method: 'POST',
        headers,
        body,
        dispatcher: agent,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      return { error: unreachable(name, error), retry: true };
    }
    if (response.statusCode === 200) return response;
    const error = toModelError(name, response.statusCode, await readCapped(response.body, MAX_ERROR_BYTES));
    const waitMs = retryAfterMs(response.headers['retry-after']);
    const retry = error.code === 'rate_limited' || error.code === 'unavailable';
    return waitMs === null ? { error, retry } : { error, retry: retry && waitMs <= MAX_RETRY_WAIT_MS, waitMs };
  }

  return {
    name,
    ...(options.defaultModel === undefined ? {} : { defaultModel: options.defaultModel }),

    // One generator, not several in a row: each would cost every token some microtasks more.
    async *stream(model: string, request: ModelRequest, { signal }): AsyncGenerator<ModelEvent> {
      try {
        const { body } = await open(JSON.stringify(toChatRequest(model, request, dialect)), signal);
        const reader = new ChatReader(name);
        for await (const chunk of body) {
          for (const event of reader.read(chunk as Uint8Array)) yield event;
          if (reader.ended) break;
        }
        for (const event of reader.end()) yield event;
      } catch (error) {
        if (signal.aborted) throw new ModelError('aborted', 'The model call was stopped.', { cause: error });
        throw ModelError.isInstance(error) ? error : unreachable(name, error);
      }
    },

    async list({ signal }): Promise<ModelInfo[]> {
      const response = await send(`${baseUrl}/models`, { headers, dispatcher: agent, signal });
      const text = await readCapped(response.body, MAX_LIST_BYTES);
      if (response.statusCode !== 200) throw toModelError(name, response.statusCode, text);
      const { data } = JSON.parse(text) as { data: { id: string; created?: number; owned_by?: string }[] };
      return data.map(({ id, created, owned_by: ownedBy }) => ({
        id,
        created: created ?? 0,
        ownedBy: ownedBy ?? name,
      }));
    },

    close: () => agent.destroy(),
  };
}

function unreachable(provider: string, cause: unknown): ModelError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new ModelError('unavailable', `${provider} could not be reached${code}.`, { cause });
}

function retryAfterMs(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

async function readCapped(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
