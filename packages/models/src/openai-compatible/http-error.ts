import { ModelError, type ModelErrorCode } from '@cogitator-ai/openai-engine';

/** Longest part of a provider's own words that is passed on, in UTF-16 units. */
const MAX_QUOTED = 500;

/**
 * What an answer other than 200 means.
 *
 * @param body - Its first bytes as text: JSON, HTML, plain text or nothing.
 * @param apiKey - Left out of the message, should the provider repeat it.
 */
export function errorOfAnswer(provider: string, status: number, body: string, apiKey?: string): ModelError {
  const content = parse(body);
  const code = toCode(status, kindOf(content));
  // Providers quote the key they refuse, in part or whole.
  if (status === 401 && apiKey !== undefined) {
    return new ModelError(code, `${provider} refused the server's API key (HTTP 401).`);
  }
  if (status === 401)
    return new ModelError(code, `${provider} asks for an API key, and none is configured (HTTP 401).`);
  return new ModelError(code, `${provider} answered with HTTP ${status}${quote(wordsOf(content), apiKey)}`);
}

/** What an error means that a provider tells of after it has begun to answer. */
export function errorInStream(provider: string, error: unknown, apiKey?: string): ModelError {
  const kind = kindOf(error);
  const status = Number(/\b[45]\d\d\b/.exec(kind)?.[0] ?? 0);
  return new ModelError(toCode(status, kind), `${provider} broke off its answer${quote(wordsOf(error), apiKey)}`);
}

function toCode(status: number, kind: string): ModelErrorCode {
  if (status === 402 || /insufficient_quota|billing/.test(kind)) return 'quota_exceeded';
  if (status === 429 || /rate_limit/.test(kind)) return 'rate_limited';
  if (status === 401 || status === 403 || /authentication|permission/.test(kind)) return 'unauthorized';
  if (status === 408 || status >= 500) return 'unavailable';
  if (status >= 400 || /invalid_request/.test(kind)) return 'invalid_request';
  return status >= 300 ? 'invalid_response' : 'unavailable';
}

function quote(words: string | undefined, apiKey?: string): string {
  if (!words) return '.';
  const safe = apiKey ? words.replaceAll(apiKey, '…') : words;
  return `: ${safe.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_QUOTED)}`;
}

/** JSON, else plain text as it is. Nothing of a web page is worth telling. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^\s*</.test(body) ? null : body;
  }
}

/** The provider's own classification, as one text. */
function kindOf(content: unknown): string {
  const { error = content } = fieldsOf(Array.isArray(content) ? content[0] : content);
  const { code, type } = fieldsOf(error);
  return `${String(code)} ${String(type)}`;
}

/**
 * The provider's words, wherever it puts them: `{error: {message}}`, `{error}`, `{message}`, `[{error}]` (Google),
 * `{detail}` and `{detail: [{loc, msg}]}` (FastAPI, Mistral).
 */
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
