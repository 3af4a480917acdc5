import { ModelError, type ModelErrorCode } from '@cogitator-ai/openai-engine';

/** Longest part of a provider's own words that is passed on, in UTF-16 units. */
const MAX_QUOTED = 500;

/** What an answer other than 200 means. @param body - Its first bytes as text: JSON, HTML or nothing. */
export function toModelError(provider: string, status: number, body: string): ModelError {
  const { message, code } = readError(body);
  const said = message ? `: ${message.slice(0, MAX_QUOTED)}` : '.';
  return new ModelError(toCode(status, code), `${provider} answered with HTTP ${status}${said}`);
}

function toCode(status: number, code: string | undefined): ModelErrorCode {
  if (status === 429) return code === 'insufficient_quota' ? 'quota_exceeded' : 'rate_limited';
  if (status === 402) return 'quota_exceeded';
  if (status === 401 || status === 403) return 'unauthorized';
  return status >= 500 || status === 408 ? 'unavailable' : 'invalid_request';
}

function readError(body: string): { message?: string; code?: string } {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown; code?: unknown } | string; message?: unknown };
    const { error } = parsed;
    const message = typeof error === 'string' ? error : (error?.message ?? parsed.message);
    const code = typeof error === 'object' ? error.code : undefined;
    return {
      ...(typeof message === 'string' ? { message } : {}),
      ...(typeof code === 'string' ? { code } : {}),
    };
  } catch {
    return {};
  }
}
