import { malformedJson, unsupportedContentType } from '@cogitator-ai/openai-protocol';
import type { RequestContext } from '../environment.ts';
import { readText } from './read-text.ts';

/**
 * The JSON body of a request; `undefined` when it is empty.
 *
 * @throws `ApiError` for another content type, for a body above `maxBytes`, for what is not JSON.
 */
export async function readJson(c: RequestContext, maxBytes: number): Promise<unknown> {
  const contentType = c.req.header('content-type');
  const text = c.get('body') ?? (await readText(c, maxBytes));
  if (text === '') return undefined;
  if (contentType !== undefined && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
    throw unsupportedContentType(contentType, 'application/json');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformedJson();
  }
}
