/** An error's body: JSON, else plain text as it is. Nothing of a web page is worth telling. */
export function parseRefusal(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return /^\s*</.test(body) ? null : body;
  }
}

/** The provider's own classification, as one text. */
export function kindOf(content: unknown): string {
  const { error = content } = fieldsOf(Array.isArray(content) ? content[0] : content);
  const { code, type } = fieldsOf(error);
  return `${String(code)} ${String(type)}`;
}

/**
 * The provider's words, wherever it puts them: `{error: {message}}`, `{error}`, `{message}`, `[{error}]` (Google),
 * `{detail}` and `{detail: [{loc, msg}]}` (FastAPI, Mistral).
 */
export function wordsOf(content: unknown, depth = 0): string | undefined {
  if (typeof content === 'string') return content;
  if (depth > 4) return undefined;
  if (Array.isArray(content)) return wordsOf(content[0], depth + 1);
  const { error, message, detail, msg, loc } = fieldsOf(content);
  if (typeof msg === 'string') return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg;
  const inner = error ?? message ?? detail;
  return inner == null ? undefined : wordsOf(inner, depth + 1);
}

export interface QuoteOptions {
  /** Left out of what is quoted, should the provider repeat it. */
  readonly apiKey: string | undefined;
  /** Longest quotation, in UTF-16 units. */
  readonly maxLength: number;
}

/**
 * What people are told of an answer that says no.
 *
 * @param provider - Its name.
 */
export function tellRefusal(
  provider: string,
  status: number,
  words: string | undefined,
  options: QuoteOptions,
): string {
  // Providers quote the key they refuse, in part or whole.
  if (status === 401 && options.apiKey !== undefined) return `${provider} refused the server's API key (HTTP 401).`;
  if (status === 401) return `${provider} asks for an API key, and none is configured (HTTP 401).`;
  return `${provider} answered with HTTP ${status}${quote(words, options)}`;
}

/** The provider's words, as the end of a sentence. */
export function quote(words: string | undefined, { apiKey, maxLength }: QuoteOptions): string {
  const safe = (apiKey ? words?.replaceAll(apiKey, '…') : words)?.replaceAll(/\s+/g, ' ').trim().slice(0, maxLength);
  return safe ? `: ${safe}` : '.';
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
