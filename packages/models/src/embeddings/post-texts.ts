import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request as send } from 'undici';
import { readText } from '../http/read-text.ts';
import { backoffMs, MAX_RETRY_WAIT_MS, readRetryAfterMs } from '../http/retry-wait.ts';
import { EmbeddingError } from './embedding-error.ts';
import { type Refusal, toRefusal } from './refusal.ts';

/** Tries of one request. */
const MAX_TRIES = 4;
/** Largest answer, in bytes, for each text: 8,192 dimensions, written out in figures. And for all else in it. */
const MAX_BYTES_OF_TEXT = 8192 * 24;
const MAX_BYTES_OF_REST = 64 * 1024;
/** Most of an error that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/** An endpoint that embeds, and how it is asked. */
export interface Endpoint {
  /** Its name in errors. */
  readonly title: string;
  readonly url: URL;
  /** Left out of error messages. */
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  /** Longest wait for the whole answer to one try, in ms. */
  readonly timeoutMs: number;
}

/** What came of a request. */
export type Answer = { readonly body: unknown } | { readonly refusal: Refusal };

/**
 * Sends a request until it is answered: 429, 5xx and broken connections are tried again.
 *
 * @throws {@link EmbeddingError} when there is no answer, or too large a one; the signal's reason.
 */
export async function postTexts(
  endpoint: Endpoint,
  body: { readonly input: readonly string[]; readonly [field: string]: unknown },
  signal: AbortSignal,
): Promise<Answer> {
  const text = JSON.stringify(body);
  const maxBytes = body.input.length * MAX_BYTES_OF_TEXT + MAX_BYTES_OF_REST;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const result = await tryOnce(endpoint, { body: text, maxBytes, caller: signal });
    if ('body' in result) return result;
    const { mayPass, waitMs = backoffMs(attempt) } = result;
    if (!mayPass || waitMs > MAX_RETRY_WAIT_MS || attempt === MAX_TRIES) {
      if ('error' in result) throw result.error;
      return result;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** A try without an answer, or with one that says no. */
type Failure = ({ readonly error: EmbeddingError } | { readonly refusal: Refusal }) & {
  readonly mayPass: boolean;
  /** How long the endpoint asks to wait. */
  readonly waitMs?: number | undefined;
};

async function tryOnce(
  { title, url, apiKey, headers, dispatcher, timeoutMs }: Endpoint,
  { body, maxBytes, caller }: { body: string; maxBytes: number; caller: AbortSignal },
): Promise<{ readonly body: unknown } | Failure> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await send(url, {
      method: 'POST',
      headers,
      body,
      dispatcher,
      signal: AbortSignal.any([caller, limit]),
    });
    const isWanted = answer.statusCode === 200;
    const text = await readText(answer.body, isWanted ? maxBytes : MAX_ERROR_BYTES);
    if (isWanted) {
      if (text.isCut) throw new EmbeddingError(`${title} answered with too much.`, { retryable: false });
      return readBody(title, text.text, apiKey);
    }
    const refusal = toRefusal(title, answer.statusCode, text.text, apiKey);
    return { refusal, mayPass: refusal.mayPass, waitMs: readRetryAfterMs(answer.headers) };
  } catch (cause) {
    caller.throwIfAborted();
    if (cause instanceof EmbeddingError) throw cause;
    return toFailure(title, cause, limit.aborted);
  }
}

/** Some gateways send an error with status 200. */
function readBody(title: string, text: string, apiKey: string | undefined): { readonly body: unknown } | Failure {
  const body = parse(title, text);
  const error = (body as { error?: { code?: unknown } | string | null } | null)?.error;
  if (!error) return { body };
  const code = Number(typeof error === 'object' ? error.code : Number.NaN);
  const refusal = toRefusal(title, code >= 400 && code < 600 ? code : 502, text, apiKey);
  return { refusal, mayPass: refusal.mayPass };
}

function parse(title: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EmbeddingError(`${title} did not answer with JSON. Is its base URL right?`, { retryable: false });
  }
}

/** @param isLate - Whether time ran out: trying again would take as long. */
function toFailure(title: string, cause: unknown, isLate: boolean): Failure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const what = isLate ? 'did not answer in time' : `could not be reached${code === '' ? '' : ` (${code})`}`;
  const isClosed = code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED';
  return { error: new EmbeddingError(`${title} ${what}.`, { cause, retryable: true }), mayPass: !isLate && !isClosed };
}
