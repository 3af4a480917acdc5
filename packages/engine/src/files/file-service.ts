import type { DeletedObject, FileObject, Json, ListFilesQuery, ListResponse, UploadFileRequest } from '@cogitator-ai/openai-protocol';

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
