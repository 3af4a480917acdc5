import type { Json } from '@cogitator-ai/openai-protocol';
import type { RequestContext } from './environment.ts';

/** How soon a polling client should ask again, in ms. */
const POLL_AFTER = { 'openai-poll-after-ms': '200' };

/** The headers of every answer. Given with the answer: changing them afterwards would build the response twice. */
export function answerHeaders(c: RequestContext, contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    'x-request-id': c.get('requestId'),
    'openai-version': '2020-10-01',
    'openai-processing-ms': String(Math.round(performance.now() - c.get('startedAt'))),
    ...c.get('cors'),
  };
}

/** Answers a wire object as it is stored. */
export function answer(c: RequestContext, json: Json<unknown>, headers?: Record<string, string>): Response {
  return answerText(c, 200, json.text, headers);
}

/** Answers what clients ask after again and again until it is done. */
export function answerPolled(c: RequestContext, json: Json<unknown>, isDone: boolean): Response {
  return answer(c, json, isDone ? {} : POLL_AFTER);
}

export function answerText(
  c: RequestContext,
  status: number,
  text: string,
  headers?: Record<string, string>,
): Response {
  // Made without the context, which would build `Headers` only for the server to take them apart again.
  return new Response(text, { status, headers: { ...answerHeaders(c, 'application/json'), ...headers } });
}
