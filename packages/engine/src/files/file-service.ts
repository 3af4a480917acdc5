import {
  type DeletedObject,
  type FileObject,
  Json,
  type ListFilesQuery,
  type ListResponse,
  noSuchFile,
  type UploadFileRequest,
} from '@cogitator-ai/openai-protocol';
import type { BlobRange } from '@cogitator-ai/openai-storage';
import { discardBlob, keepBlob, storeBlob } from '../blobs/owned-blobs.ts';
import type { EngineContext } from '../engine-context.ts';
import { dueAmong } from '../records/due.ts';
import { fileKey } from '../records/keys.ts';
import { toListResponse } from '../records/list-page.ts';
import { buildFile, fileLifetime, insertFile } from './build-file.ts';
import { deleteFile } from './delete-file.ts';
import { expireFile } from './expire-file.ts';
import { getFile } from './get-file.ts';

/** Content that was stored before the request around it was understood. Must be given to `create` or `discard`. */
export interface ReceivedContent {
  /** Id the file will have. */
  readonly fileId: string;
  readonly bytes: number;
}

/** Files. One whose time is up is gone at once, whether or not it has been swept. */
export interface FileService {
  /** Stores content while it arrives. Nothing is left when `content` throws or `signal` is aborted. */
  receive(content: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<ReceivedContent>;

  /** Makes received content a file. When it rejects the content is discarded. */
  create(request: UploadFileRequest, received: ReceivedContent & { filename: string }): Promise<Json<FileObject>>;

  /** Drops received content of a request that turned out to be wrong. */
  discard(received: ReceivedContent): Promise<void>;

  list(query: ListFilesQuery): Promise<Json<ListResponse<FileObject>>>;
  retrieve(fileId: string): Promise<Json<FileObject>>;

  /** @param options.range - Default all. */
  content(
    fileId: string,
    options: { signal: AbortSignal; range?: BlobRange | undefined },
  ): Promise<AsyncIterable<Uint8Array>>;

  delete(fileId: string): Promise<Json<DeletedObject>>;
}

export function createFileService(context: EngineContext): FileService {
  const { storage, ids } = context;

  return {
    async receive(content, options) {
      const fileId = ids.create('file');
      const { bytes } = await storeBlob(context, fileKey(fileId), content, options);
      return { fileId, bytes };
    },

    async create({ purpose, expires_after: expiresAfter }, { fileId, bytes, filename }) {
      const lifetimeSeconds = fileLifetime(purpose, expiresAfter);
      const file = buildFile(context, { id: fileId, bytes, filename, purpose, lifetimeSeconds });
      try {
        await storage.commit({ writes: [await insertFile(storage, file)] });
      } catch (error) {
        await discardBlob(context, fileKey(fileId), error);
        throw error;
      }
      await keepBlob(context, fileKey(fileId));
      return Json.of(file);
    },

    discard: ({ fileId }) => discardBlob(context, fileKey(fileId)),

    async list({ purpose, ...query }) {
      const where = purpose === undefined ? undefined : { purpose };
      for (;;) {
        const page = await storage.list({ kind: 'file', path: [], where, ...query });
        const expired = await dueAmong(storage, page.records);
        if (expired.length === 0) return toListResponse(page);
        for (const record of expired) await expireFile(context, record);
      }
    },

    async retrieve(fileId) {
      const record = await getFile(storage, fileId);
      if (!record) throw noSuchFile(fileId);
      return Json.parse(record.body);
    },

    async content(fileId, { signal, range }) {
      const record = await getFile(storage, fileId);
      const blob = record && (await storage.blobs.get(fileId, { signal, ...(range && { range }) }));
      if (!blob) throw noSuchFile(fileId);
      return blob.content;
    },

    async delete(fileId) {
      const record = await getFile(storage, fileId);
      const isDeleted = record !== null && (await deleteFile(context, record.key));
      if (!isDeleted) throw noSuchFile(fileId);
      return Json.of({ object: 'file', deleted: true, id: fileId });
    },
  };
}
