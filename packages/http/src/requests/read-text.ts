import type { IncomingMessage } from 'node:http';
import { bodyTooLarge } from '@cogitator-ai/openai-protocol';
import type { Environment, RequestContext } from '../environment.ts';

/**
 * The body of a request as text. It can be read once.
 *
 * @throws `ApiError` 413 for a body above `maxBytes`.
 */
export function readText(c: RequestContext, maxBytes: number): Promise<string> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) return Promise.reject(bodyTooLarge(maxBytes));
  const incoming = (c.env as Environment['Bindings'] | undefined)?.incoming;
  // Node's own request costs a fraction of the web stream made from it.
  return incoming ? readIncoming(incoming, maxBytes) : readWeb(c.req.raw, maxBytes);
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
