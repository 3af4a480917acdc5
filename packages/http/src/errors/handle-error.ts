import type { Logger } from '@cogitator-ai/openai-engine';
import { ApiError, internalError, overloaded } from '@cogitator-ai/openai-protocol';
import { answerText } from '../answer.ts';
import type { RequestContext } from '../environment.ts';

/** Answers what a handler threw: a client's mistake in its own words, everything else logged and as a bare 5xx. */
export function createErrorHandler(logger: Logger | undefined): (error: unknown, c: RequestContext) => Response {
  return (error, c) => {
    const apiError = toApiError(error, c.get('requestId'));
    if (apiError.status >= 500 && !c.req.raw.signal.aborted) {
      logger?.error(
        { requestId: c.get('requestId'), method: c.req.method, path: c.req.path, err: error },
        'A request failed.',
      );
    }
    const text = JSON.stringify({ error: apiError.body });
    // The rest of a body that is too large is not waited for.
    const connection = apiError.status === 413 ? { connection: 'close' } : {};
    return answerText(c, apiError.status, text, { ...apiError.headers, ...connection });
  };
}

export function toApiError(error: unknown, requestId: string): ApiError {
  if (ApiError.isInstance(error)) return error;
  const retryable = typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
  return retryable ? overloaded() : internalError(requestId);
}
