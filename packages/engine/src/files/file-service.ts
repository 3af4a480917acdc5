import {
  type DeletedObject,
  type FileObject,
  Json,
  type ListFilesQuery,
  type ListResponse,
  noSuchFile,
  type UploadFileRequest,
} from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { fileKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { parseRecord } from '../records/wire-record.ts';

/** Content that was stored before the request around it was understood. Must be given to `create` or `discard`. */
export interface ReceivedContent {
  /** Id the file will have. */
  readonly fileId: string;
  readonly bytes: number;
}

/** A file to be sent to a client. */
export interface FileContent {
  readonly file: FileObject;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface FileService {
  /** Stores content while it arrives. Nothing is left when `content` throws or `signal` is aborted. */
  receive(content: AsyncIterable<Uint8Array>, options: { signal: AbortSignal }): Promise<ReceivedContent>;

  /** Makes received content a file. When it rejects the content is discarded. */
  create(request: UploadFileRequest, received: ReceivedContent & { filename: string }): Promise<Json<FileObject>>;

  /** Drops received content of a request that turned out to be wrong. */
  discard(received: ReceivedContent): Promise<void>;

  list(query: ListFilesQuery): Promise<Json<ListResponse<FileObject>>>;
  retrieve(fileId: string): Promise<Json<FileObject>>;
  content(fileId: string, options: { signal: AbortSignal }): Promise<FileContent>;
  delete(fileId: string): Promise<Json<DeletedObject>>;
}

export function createFileService(context: EngineContext): FileService {
  const { storage, ids } = context;

  return {
    async receive(content, options) {
      const fileId = ids.create('file');
      const { bytes } = await storage.blobs.put(fileId, content, options);
      return { fileId, bytes };
    },

    async create(request, { fileId, bytes, filename }) {
      const createdAt = unixSeconds(context);
      const file = Json.of<FileObject>({
        id: fileId,
        object: 'file',
        bytes,
        created_at: createdAt,
        expires_at: request.expires_after ? createdAt + request.expires_after.seconds : null,
        filename,
        purpose: request.purpose,
        status: 'processed',
        status_details: null,
      });
      const filters = { purpose: request.purpose };
      try {
        await storage.commit({ writes: [{ write: 'insert', key: fileKey(fileId), body: file.text, filters }] });
      } catch (error) {
        await storage.blobs.delete(fileId);
        throw error;
      }
      return file;
    },

    async discard({ fileId }) {
      await storage.blobs.delete(fileId);
    },

    list: (query) => {
      const where = query.purpose === undefined ? undefined : { purpose: query.purpose };
      return listPage(storage, { kind: 'file', path: [], where }, query);
    },

    async retrieve(fileId) {
      const record = await storage.get(fileKey(fileId));
      if (!record) throw noSuchFile(fileId);
      return Json.parse(record.body);
    },

    async content(fileId, options) {
      const record = await storage.get(fileKey(fileId));
      const blob = record && (await storage.blobs.get(fileId, options));
      if (!blob) throw noSuchFile(fileId);
      return { file: parseRecord(record), content: blob.content };
    },

    async delete(fileId) {
      const deleted = await deleteRecord(storage, fileKey(fileId), { object: 'file', deleted: true, id: fileId }, () =>
        noSuchFile(fileId),
      );
      await storage.blobs.delete(fileId);
      return deleted;
    },
  };
}
