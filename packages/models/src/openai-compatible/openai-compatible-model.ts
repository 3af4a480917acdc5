import type { ModelRequest } from '@cogitator-ai/openai-engine';
import { Agent, type Dispatcher } from 'undici';
import { appendPath, KEEP_ALIVE_MS } from '../http/endpoint.ts';
import type { Provider } from '../providers/provider.ts';
import { type ChatDialect, DEFAULT_DIALECT, toChatRequest } from './chat-request.ts';
import { EventQueue } from './event-queue.ts';
import { listModels } from './list-models.ts';
import { openAnswer } from './open-answer.ts';
import { readAnswer } from './read-answer.ts';
import { DEFAULT_TIMEOUTS, type ModelTimeouts } from './timeouts.ts';

export interface OpenAICompatibleOptions {
  /** Name in error messages and in `GET /v1/models`: `openai`, `ollama`, … */
  name: string;
  /** URL that `/chat/completions` and `/models` are appended to. Its query, if any, is kept. */
  baseUrl: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  headers?: Readonly<Record<string, string>>;
  /** Further headers of `GET /models`, where that is another API than chat completions. */
  listHeaders?: Readonly<Record<string, string>>;
  /** The model meant where none is named. Default the first that is listed. */
  defaultModel?: string;
  /** Where the endpoint differs from most. */
  dialect?: Partial<ChatDialect>;
  timeouts?: Partial<ModelTimeouts>;
}

/** The models of one endpoint that speaks OpenAI's chat completions. @throws `TypeError` for a `baseUrl` that is no URL. */
export function createOpenAICompatibleProvider(options: OpenAICompatibleOptions): Provider {
  const { name, apiKey } = options;
  const chatUrl = appendPath(options.baseUrl, '/chat/completions');
  const listUrl = appendPath(options.baseUrl, '/models');
  const dialect = { ...DEFAULT_DIALECT, ...options.dialect };
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const dispatcher = new Agent({
    connect: { timeout: timeouts.connectMs },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const headers = {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...options.headers,
  };
  const chatHeaders = { ...headers, 'content-type': 'application/json' };
  const listHeaders = { ...headers, ...options.listHeaders };

  function startTurn(model: string, request: ModelRequest, signal: AbortSignal): EventQueue {
    const stop = new AbortController();
    let body: Dispatcher.ResponseData['body'] | null = null;
    const queue = new EventQueue(
      {
        pause: () => body?.pause(),
        resume: () => body?.resume(),
        closed(isComplete) {
          if (!isComplete) stop.abort();
        },
      },
      signal,
    );
    openAnswer({
      provider: name,
      url: chatUrl,
      apiKey,
      headers: chatHeaders,
      body: JSON.stringify(toChatRequest(model, request, dialect)),
      dispatcher,
      signal: stop.signal,
    }).then(
      (answer) => {
        body = answer.body;
        readAnswer(name, answer, queue, apiKey);
      },
      (error: unknown) => queue.fail(error),
    );
    return queue;
  }

  return {
    name,
    ...(options.defaultModel === undefined ? {} : { defaultModel: options.defaultModel }),

    stream: (model, request, { signal }) => ({
      [Symbol.asyncIterator]: () => startTurn(model, request, signal),
    }),

    list: ({ signal }) =>
      listModels({ provider: name, url: listUrl, apiKey, headers: listHeaders, dispatcher, signal }),

    close: () => dispatcher.destroy(),
  };
}
