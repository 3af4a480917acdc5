import { EmbeddingError } from './embedder.ts';

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
  const content = parse(body);
  const words = wordsOf(content) ?? '';
  const isTooMuch = isAboutSize(status, words);
  const isOutOfQuota = status === 402 || /insufficient_quota|billing/.test(kindOf(content));
  const isPassing = status === 408 || status === 429 || status >= 500;
  return {
    error: new EmbeddingError(messageOf(endpoint, status, words, apiKey), { retryable: isPassing || isOutOfQuota }),
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

function messageOf(endpoint: string, status: number, words: string, apiKey?: string): string {
  // Endpoints quote the key they refuse, in part or whole.
  if (status === 401 && apiKey !== undefined) return `${endpoint} refused the server's API key (HTTP 401).`;
  if (status === 401) return `${endpoint} asks for an API key, and none is configured (HTTP 401).`;
  const safe = (apiKey ? words.replaceAll(apiKey, '…') : words).replaceAll(/\s+/g, ' ').trim().slice(0, MAX_QUOTED);
  return `${endpoint} answered with HTTP ${status}${safe === '' ? '.' : `: ${safe}`}`;
}

/** JSON, else plain text as it is. Nothing of a web page is worth telling. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^\s*</.test(body) ? null : body;
  }
}

/** The endpoint's own classification, as one text. */
function kindOf(content: unknown): string {
  const { error = content } = fieldsOf(Array.isArray(content) ? content[0] : content);
  const { code, type } = fieldsOf(error);
  return `${String(code)} ${String(type)}`;
}

/** The endpoint's words: `{error: {message}}`, `{error}`, `{message}`, `[{error}]`, `{detail}` or `{detail: [{loc, msg}]}`. */
function wordsOf(content: unknown, depth = 0): string | undefined {
  if (typeof content === 'string') return content;
  if (depth > 4) return undefined;
  if (Array.isArray(content)) return wordsOf(content[0], depth + 1);
  const { error, message, detail, msg, loc } = fieldsOf(content);
  if (typeof msg === 'string') return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg;
  const inner = error ?? message ?? detail;
  return inner == null ? undefined : wordsOf(inner, depth + 1);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
