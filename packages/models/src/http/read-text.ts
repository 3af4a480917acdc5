import type { Dispatcher } from 'undici';

/** The beginning of a body as text, and whether that is not all; the rest of it is not read. */
export async function readText(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > maxBytes) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8', 0, maxBytes), isCut: bytes > maxBytes };
}
