import type { Storage } from '@cogitator-ai/openai-storage';
import type { ModelContentPart } from '../ports/model-port.ts';
import { getFile } from '../files/get-file.ts';
import { parseRecord } from '../records/parse-record.ts';

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

type Detail = 'auto' | 'low' | 'high';

/**
 * The images of one prompt as a model can see them: by their URL, or uploaded ones by their bytes in `data:` URLs. What
 * cannot be shown is told in words, as is what comes after {@link MAX_PROMPT_IMAGE_BYTES}.
 */
export class PromptImages {
  readonly #storage: Storage;
  readonly #stop: AbortSignal;
  #room = MAX_PROMPT_IMAGE_BYTES;

  /** @param stop - Ends the reading of images. */
  constructor(storage: Storage, stop: AbortSignal) {
    this.#storage = storage;
    this.#stop = stop;
  }

  fromUrl(url: string, detail: Detail): ModelContentPart {
    const isInline = url.slice(0, 5).toLowerCase() === 'data:';
    if (isInline && !this.#takeRoom((url.length * 3) / 4)) return inWords('An image is left out: there are too many.');
    return { type: 'image', url, detail };
  }

  async fromFile(fileId: string, detail: Detail): Promise<ModelContentPart> {
    const record = await getFile(this.#storage, fileId);
    if (!record) return inWords(`The image ${fileId} was deleted.`);
    const { filename, bytes } = parseRecord(record);
    const mediaType = MEDIA_TYPES[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()];
    if (!mediaType) return inWords(`The file ${filename} is not an image that can be shown.`);
    if (bytes > MAX_IMAGE_BYTES) return inWords(`The image ${filename} is too large to be shown.`);
    if (!this.#takeRoom(bytes)) return inWords(`The image ${filename} is left out: there are too many.`);

    const signal = AbortSignal.any([this.#stop, AbortSignal.timeout(READ_TIMEOUT_MS)]);
    const blob = await this.#storage.blobs.get(fileId, { signal });
    if (!blob) return inWords(`The image ${fileId} was deleted.`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of blob.content) chunks.push(chunk);
    const url = `data:${mediaType};base64,${Buffer.concat(chunks).toString('base64')}`;
    return { type: 'image', url, detail };
  }

  #takeRoom(bytes: number): boolean {
    this.#room -= bytes;
    return this.#room >= 0;
  }
}

function inWords(text: string): ModelContentPart {
  return { type: 'text', text: `[${text}]` };
}
