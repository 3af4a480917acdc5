import type { FileService, ReceivedContent } from '@cogitator-ai/openai-engine';
import { type FileObject, type Json, parseRequest, UploadFileRequest } from '@cogitator-ai/openai-protocol';
import { type FormFile, readForm } from './read-form.ts';

/** Stores the file of a multipart request and makes it a file once all of the request is understood. */
export function receiveFile(request: Request, files: FileService, maxBytes: number): Promise<Json<FileObject>> {
  const file: FormFile<ReceivedContent> = {
    field: 'file',
    maxBytes,
    receive: (content, options) => files.receive(content, options),
    discard: (received) => files.discard(received),
  };
  return readForm(request, file, ({ fields, received, filename }) =>
    files.create(parseRequest(UploadFileRequest, fields), { ...received, filename }),
  );
}
