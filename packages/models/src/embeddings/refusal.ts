import { kindOf, parseRefusal, tellRefusal, wordsOf } from '../http/refusal-words.ts';
import { EmbeddingError } from './embedding-error.ts';

/** Longest part of an endpoint's own words that is passed on, in UTF-16 units. */
const MAX_QUOTED = 300;

/**
 * How endpoints say that they were sent too much: OpenAI's, Google's, Mistral's, Voyage's and DashScope's, vLLM, TEI, Ollama and
 * llama.cpp, and what pydantic says of long lists. No two use the same words.
 */
const TOO_MUCH = new RegExp(
  [
    'too (?:many|large|long)',
    'context (?:length|size)',
    'batch size',
    'max(?:imum)?\\b.*\\b(?:tokens?|inputs?|batch|length)',
    'exceeds?\\b.*\\b(?:limit|length|tokens?)',
    '(?:at most|(?:larger|longer|more|fewer|less) than) \\d',
  ].join('|'),
  'i',
);

/** An answer without vectors. */
export interface Refusal {
  readonly error: EmbeddingError;
  /** Whether the same may do in a moment. */
  readonly mayPass: boolean;
  /** Whether fewer or shorter texts may do. */
  readonly isTooMuch: boolean;
  /** Whether it may be for a field that the endpoint does not know. */
  readonly isMalformed: boolean;
}

/**
 * What an answer means that has no vectors.
 *
 * @param endpoint - Its name in the message.
 * @param body - JSON, HTML, plain text or nothing; its beginning will do.
 * @param apiKey - Left out of the message, should the endpoint repeat it.
 */
export function toRefusal(endpoint: string, status: number, body: string, apiKey?: string): Refusal {
  const content = parseRefusal(body);
  const words = wordsOf(content) ?? '';
  const isTooMuch = isAboutSize(status, words);
  const isOutOfQuota = status === 402 || /insufficient_quota|billing/.test(kindOf(content));
  const isPassing = status === 408 || status === 429 || status >= 500;
  return {
    error: new EmbeddingError(tellRefusal(endpoint, status, words, { apiKey, maxLength: MAX_QUOTED }), {
      retryable: isPassing || isOutOfQuota,
    }),
    mayPass: isPassing && !isOutOfQuota && !isTooMuch,
    isTooMuch,
    isMalformed: status === 400 || status === 422,
  };
}

function isAboutSize(status: number, words: string): boolean {
  switch (status) {
    case 413:
      return true;
    case 400:
    case 422:
      return TOO_MUCH.test(words) && !/dimension/i.test(words);
    case 429:
      // OpenAI's for what is beyond the tokens of a minute, however long one waits.
      return /request too large/i.test(words);
    case 500:
      return /too (?:large|long)|context (?:length|size)/i.test(words);
    default:
      return false;
  }
}
