import { ModelError } from '@cogitator-ai/openai-engine';

/** What undici calls a limit on waiting that was reached, in words. */
const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'could not be reached in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'fell silent in the middle of its answer',
};

/** What a failure below HTTP means. @param otherwise - What happened, where it was no timeout. */
export function connectionError(provider: string, cause: unknown, otherwise: string): ModelError {
  const code = codeOf(cause);
  const what = TIMEOUTS[code] ?? otherwise;
  return new ModelError('unavailable', `${provider} ${what}${code === '' ? '' : ` (${code})`}.`, { cause });
}

/** Whether the provider took the request and let the time pass: trying again would take as long. */
export function isSlowAnswer(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
