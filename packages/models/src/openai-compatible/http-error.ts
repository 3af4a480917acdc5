import { ModelError, type ModelErrorCode } from '@cogitator-ai/openai-engine';
import { kindOf, parseRefusal, quote, tellRefusal, wordsOf } from '../http/refusal-words.ts';

/** Longest part of a provider's own words that is passed on, in UTF-16 units. */
const MAX_QUOTED = 500;

/**
 * What an answer other than 200 means.
 *
 * @param body - Its first bytes as text: JSON, HTML, plain text or nothing.
 * @param apiKey - Left out of the message, should the provider repeat it.
 */
export function errorOfAnswer(provider: string, status: number, body: string, apiKey?: string): ModelError {
  const content = parseRefusal(body);
  const message = tellRefusal(provider, status, wordsOf(content), { apiKey, maxLength: MAX_QUOTED });
  return new ModelError(toCode(status, kindOf(content)), message);
}

/** What an error means that a provider tells of after it has begun to answer. */
export function errorInStream(provider: string, error: unknown, apiKey?: string): ModelError {
  const kind = kindOf(error);
  const status = Number(/\b[45]\d\d\b/.exec(kind)?.[0] ?? 0);
  return new ModelError(
    toCode(status, kind),
    `${provider} broke off its answer${quote(wordsOf(error), { apiKey, maxLength: MAX_QUOTED })}`,
  );
}

function toCode(status: number, kind: string): ModelErrorCode {
  if (status === 402 || /insufficient_quota|billing/.test(kind)) return 'quota_exceeded';
  if (status === 429 || /rate_limit/.test(kind)) return 'rate_limited';
  if (status === 401 || status === 403 || /authentication|permission/.test(kind)) return 'unauthorized';
  if (status === 408 || status >= 500) return 'unavailable';
  if (status >= 400 || /invalid_request/.test(kind)) return 'invalid_request';
  return status >= 300 ? 'invalid_response' : 'unavailable';
}
