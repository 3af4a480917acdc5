import type { Storage } from '@cogitator-ai/openai-storage';
import type { ModelContentPart } from '../ports/model-port.ts';
import { fileKey } from '../records/keys.ts';
import { parseRecord } from '../records/wire-record.ts';

/** Largest image a model is sent, in bytes. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** An uploaded image as a model can see it: its bytes in a `data:` URL. What cannot be shown is told in words. */
export async function loadImage(
  storage: Storage,
  fileId: string,
  detail: 'auto' | 'low' | 'high',
): Promise<ModelContentPart> {
  const record = await storage.get(fileKey(fileId));
  const blob = record && (await storage.blobs.get(fileId, { signal: AbortSignal.timeout(60_000) }));
  if (!blob) return { type: 'text', text: `[The image ${fileId} was deleted.]` };

  const { filename } = parseRecord(record);
  const mediaType = MEDIA_TYPES[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()];
  if (!mediaType) return { type: 'text', text: `[The file ${filename} is not an image that can be shown.]` };
  if (blob.bytes > MAX_IMAGE_BYTES) return { type: 'text', text: `[The image ${filename} is too large to be shown.]` };

  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.content) chunks.push(chunk);
  const url = `data:${mediaType};base64,${Buffer.concat(chunks).toString('base64')}`;
  return { type: 'image', url, detail };
}
