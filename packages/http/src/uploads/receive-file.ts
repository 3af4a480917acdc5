import type { FileService } from '@cogitator-ai/openai-engine';
import { type FileObject, type Json, UploadFileRequest } from '@cogitator-ai/openai-protocol';
import { readForm } from './read-form.ts';

/** Stores the file of a multipart request and makes it a file once all of the request is understood. */
export async function receiveFile(request: Request, files: FileService, maxBytes: number): Promise<Json<FileObject>> {
  const { fields, received, filename } = await readForm(request, UploadFileRequest, {
    field: 'file',
    maxBytes,
    receive: (content, options) => files.receive(content, options),
    discard: (content) => files.discard(content),
  });
  return files.create(fields, { ...received, filename });
}
