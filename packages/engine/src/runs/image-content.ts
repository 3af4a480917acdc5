import type { Storage } from '@cogitator-ai/openai-storage';
import type { ModelContentPart } from '../ports/model-port.ts';
import { getFile } from '../files/get-file.ts';
import { parseRecord } from '../records/wire-record.ts';

/** Largest image a model is sent, in bytes. */
const MAX_IMAGE_BYTES = 20 * 2 ** 20;
/** Largest images of one prompt together, in bytes. */
const MAX_PROMPT_IMAGE_BYTES = 48 * 2 ** 20;

const READ_TIMEOUT_MS = 60_000;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** Loads the uploaded images of one prompt. */
export type LoadImage = (fileId: string, detail: 'auto' | 'low' | 'high') => Promise<ModelContentPart>;

/**
 * Images as a model can see them: their bytes in `data:` URLs. What cannot be shown is told in words, as is what comes
 * after {@link MAX_PROMPT_IMAGE_BYTES}.
 */
export function createImageLoader(storage: Storage): LoadImage {
  let room = MAX_PROMPT_IMAGE_BYTES;
  return (fileId, detail) =>
    loadImage(storage, fileId, detail, (bytes) => {
      room -= bytes;
      return room >= 0;
    });
}

async function loadImage(
  storage: Storage,
  fileId: string,
  detail: 'auto' | 'low' | 'high',
  takeRoom: (bytes: number) => boolean,
): Promise<ModelContentPart> {
  const record = await getFile(storage, fileId);
  if (!record) return inWords(`The image ${fileId} was deleted.`);
  const { filename, bytes } = parseRecord(record);
  const mediaType = MEDIA_TYPES[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()];
  if (!mediaType) return inWords(`The file ${filename} is not an image that can be shown.`);
  if (bytes > MAX_IMAGE_BYTES) return inWords(`The image ${filename} is too large to be shown.`);
  if (!takeRoom(bytes)) return inWords(`The image ${filename} is left out: there are too many.`);

  const blob = await storage.blobs.get(fileId, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  if (!blob) return inWords(`The image ${fileId} was deleted.`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.content) chunks.push(chunk);
  const url = `data:${mediaType};base64,${Buffer.concat(chunks).toString('base64')}`;
  return { type: 'image', url, detail };
}

function inWords(text: string): ModelContentPart {
  return { type: 'text', text: `[${text}]` };
}
