import { bodyTooLarge, malformedJson, unsupportedContentType } from '@cogitator-ai/openai-protocol';
import type { RequestContext } from '../environment.ts';

/**
 * The JSON body of a request; `undefined` when it is empty.
 *
 * @throws `ApiError` for another content type, for a body above `maxBytes`, for what is not JSON.
 */
export async function readJson(c: RequestContext, maxBytes: number): Promise<unknown> {
  const declared = Number(c.req.header('content-length') ?? 0);
  if (declared > maxBytes) throw bodyTooLarge(maxBytes);
  const contentType = c.req.header('content-type');
  const text =
    c.req.header('content-length') === undefined ? await readCapped(c.req.raw, maxBytes) : await c.req.text();
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

/** A body whose length was not announced is counted while it arrives. */
async function readCapped(request: Request, maxBytes: number): Promise<string> {
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
