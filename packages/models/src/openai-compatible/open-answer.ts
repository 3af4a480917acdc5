import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request as send } from 'undici';
import type { ModelError } from '@cogitator-ai/openai-engine';
import { connectionError, isSlowAnswer } from './connection-error.ts';
import { errorOfAnswer } from './http-error.ts';
import { readText } from '../http/read-text.ts';
import { backoffMs, MAX_RETRY_WAIT_MS, readRetryAfterMs } from '../http/retry-wait.ts';

/** Tries of one turn. */
const MAX_TRIES = 3;
/** Most of an error body that is read, in bytes, and longest time for it, in ms. */
const MAX_ERROR_BYTES = 64 * 1024;
const ERROR_BODY_MS = 5000;

export interface OpenAnswerOptions {
  /** Name of the provider, for errors. */
  provider: string;
  url: URL;
  /** Left out of error messages. */
  apiKey: string | undefined;
  headers: Readonly<Record<string, string>>;
  body: string;
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

/**
 * Sends the request until an answer begins: 429, 5xx and broken connections are tried again, and nothing after the first
 * byte of an answer.
 *
 * @throws `ModelError` of the last try; the signal's reason when it is aborted.
 */
export async function openAnswer(options: OpenAnswerOptions): Promise<Dispatcher.ResponseData> {
  options.signal.throwIfAborted();
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(options);
    if (!('error' in answer)) return answer;
    const { error, isWorthRetrying, waitMs = backoffMs(attempt) } = answer;
    if (!isWorthRetrying || waitMs > MAX_RETRY_WAIT_MS || attempt === MAX_TRIES) throw error;
    await sleep(waitMs, undefined, { signal: options.signal });
  }
}

/** A try that failed. */
interface Failure {
  error: ModelError;
  isWorthRetrying: boolean;
  /** How long the provider asks to wait. */
  waitMs?: number | undefined;
}

async function ask({
  provider,
  url,
  apiKey,
  ...request
}: OpenAnswerOptions): Promise<Dispatcher.ResponseData | Failure> {
  let answer: Dispatcher.ResponseData;
  try {
    answer = await send(url, { method: 'POST', ...request });
  } catch (cause) {
    request.signal.throwIfAborted();
    const error = connectionError(provider, cause, 'could not be reached');
    return { error, isWorthRetrying: !isSlowAnswer(cause) };
  }
  const { statusCode, headers, body } = answer;
  if (statusCode === 200) return answer;
  const error = errorOfAnswer(provider, statusCode, await readErrorBody(body), apiKey);
  const isWorthRetrying = error.code === 'rate_limited' || error.code === 'unavailable';
  return { error, isWorthRetrying, waitMs: readRetryAfterMs(headers) };
}

/** As much of an error as arrives in time: its status says enough. */
async function readErrorBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const deadline = setTimeout(() => body.destroy(), ERROR_BODY_MS);
  try {
    return (await readText(body, MAX_ERROR_BYTES)).text;
  } catch {
    return '';
  } finally {
    clearTimeout(deadline);
  }
}
