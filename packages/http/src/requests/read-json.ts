import type { IncomingMessage } from 'node:http';
import { bodyTooLarge, malformedJson, unsupportedContentType } from '@cogitator-ai/openai-protocol';
import type { Environment, RequestContext } from '../environment.ts';

/**
 * The JSON body of a request; `undefined` when it is empty.
 *
 * @throws `ApiError` for another content type, for a body above `maxBytes`, for what is not JSON.
 */
export async function readJson(c: RequestContext, maxBytes: number): Promise<unknown> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  const contentType = c.req.header('content-type');
  const incoming = (c.env as Environment['Bindings'] | undefined)?.incoming;
  // Node's own request costs a fraction of the web stream made from it.
  const text = incoming ? await readIncoming(incoming, maxBytes) : await readWeb(c.req.raw, maxBytes);
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

/** Counts while it reads: a length need not be announced. What is too much is let go, so that the answer gets through. */
function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      incoming.off('data', onData).resume();
      reject(bodyTooLarge(maxBytes));
    };
    incoming
      .on('data', onData)
      .on('end', () => resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8')))
      .on('error', reject);
  });
}

async function readWeb({ body }: Request, maxBytes: number): Promise<string> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
