import {
  type CompleteUploadRequest,
  type CreateUploadRequest,
  Json,
  tooManyParts,
  type Upload,
  UPLOAD_LIMITS,
  type UploadPart,
  uploadTooLarge,
} from '@cogitator-ai/openai-protocol';
import { discardBlob, keepBlob, storeBlob } from '../blobs/owned-blobs.ts';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { fileLifetime } from '../files/build-file.ts';
import { uploadKey, uploadPartKey } from '../records/keys.ts';
import { untilSettled } from '../records/until-settled.ts';
import { completeUpload } from './complete-upload.ts';
import { endUpload, removePartsInTime } from './end-upload.ts';
import { loadOpenUpload } from './load-upload.ts';
import { type UploadState, writeUpload } from './stored-upload.ts';
import { insertPart } from './upload-part.ts';

/** Content that was stored before the request around it was understood. Must be given to `addPart` or `discardPart`. */
export interface ReceivedPart {
  readonly uploadId: string;
  /** Id the part will have. */
  readonly partId: string;
  readonly bytes: number;
}

/**
 * Files that arrive in parts. All that a client does to one upload is done one after the other or refused: parts may arrive
 * side by side, but an upload is completed once, and nothing is added to one that has ended.
 */
export interface UploadService {
  create(request: CreateUploadRequest): Promise<Json<Upload>>;

  /** @throws `ApiError` unless the upload takes parts: to be asked before content is received for it. */
  requireOpen(uploadId: string): Promise<void>;

  /** Stores content while it arrives. Nothing is left when `content` throws or `signal` is aborted. */
  receivePart(
    uploadId: string,
    content: AsyncIterable<Uint8Array>,
    options: { signal: AbortSignal },
  ): Promise<ReceivedPart>;

  /** Makes received content a part. When it rejects the content is discarded. */
  addPart(received: ReceivedPart): Promise<Json<UploadPart>>;

  /** Drops received content of a request that turned out to be wrong. */
  discardPart(received: ReceivedPart): Promise<void>;

  /**
   * Makes the parts a file.
   *
   * @param options.signal - Aborted when the client is gone: then the upload stays pending.
   */
  complete(uploadId: string, request: CompleteUploadRequest, options: { signal: AbortSignal }): Promise<Json<Upload>>;

  cancel(uploadId: string): Promise<Json<Upload>>;
}

export function createUploadService(context: EngineContext): UploadService {
  const { storage, ids, limits } = context;

  return {
    async create({ filename, purpose, bytes, expires_after: expiresAfter }) {
      const createdAt = unixSeconds();
      const upload = Json.of<Upload>({
        id: ids.create('upload'),
        object: 'upload',
        bytes,
        created_at: createdAt,
        filename,
        purpose,
        status: 'pending',
        expires_at: createdAt + Math.floor(limits.uploadLifetimeMs / 1000),
      });
      const expiresAt = (await storage.now()) + limits.uploadLifetimeMs;
      const state: UploadState = {
        phase: 'open',
        expiresAt,
        fileLifetimeSeconds: fileLifetime(purpose, expiresAfter),
        parts: 0,
        bytes: 0,
      };
      const key = uploadKey(upload.value.id);
      await storage.commit({
        writes: [{ write: 'insert', key, body: upload.text, state: JSON.stringify(state), dueAt: expiresAt }],
      });
      return upload;
    },

    async requireOpen(uploadId) {
      await loadOpenUpload(context, uploadId, 'add parts to');
    },

    async receivePart(uploadId, content, options) {
      const partId = ids.create('upload_part');
      const { bytes } = await storeBlob(context, uploadPartKey(uploadId, partId), content, options);
      return { uploadId, partId, bytes };
    },

    async addPart({ uploadId, partId, bytes }) {
      const key = uploadPartKey(uploadId, partId);
      const part: UploadPart = {
        id: partId,
        object: 'upload.part',
        created_at: unixSeconds(),
        upload_id: uploadId,
      };
      try {
        await untilSettled(async () => {
          const open = await loadOpenUpload(context, uploadId, 'add parts to');
          const total = { parts: open.state.parts + 1, bytes: open.state.bytes + bytes };
          if (total.parts > UPLOAD_LIMITS.maxParts) throw tooManyParts(UPLOAD_LIMITS.maxParts);
          if (total.bytes > UPLOAD_LIMITS.maxBytes) throw uploadTooLarge(UPLOAD_LIMITS.maxBytes);
          const writes = [insertPart(part, bytes)];
          return (await writeUpload(storage, open, { state: total, dueAt: open.state.expiresAt, writes })) ?? undefined;
        });
      } catch (error) {
        await discardBlob(context, key, error);
        throw error;
      }
      await keepBlob(context, key);
      return Json.of(part);
    },

    discardPart: ({ uploadId, partId }) => discardBlob(context, uploadPartKey(uploadId, partId)),

    complete: (uploadId, request, options) => completeUpload(context, uploadId, request, options),

    async cancel(uploadId) {
      const cancelled = await untilSettled(async () => {
        const open = await loadOpenUpload(context, uploadId, 'cancel');
        return (await endUpload(context, open, { upload: { ...open.upload, status: 'cancelled' } })) ?? undefined;
      });
      await removePartsInTime(context, cancelled);
      return Json.of(cancelled.upload);
    },
  };
}
