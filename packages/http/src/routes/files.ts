import { ListFilesQuery } from '@cogitator-ai/openai-protocol';
import { answer, answerHeaders } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { contentDisposition } from '../uploads/content-disposition.ts';
import { receiveUpload } from '../uploads/receive-upload.ts';
import { type App, parseQuery, route, type RouteOptions } from './route.ts';

export function fileRoutes(app: App, { engine, maxFileBytes }: RouteOptions): void {
  const { files } = engine;

  route(app, '/v1/files', {
    GET: async (c) => answer(c, await files.list(parseQuery(c, ListFilesQuery))),
    POST: async (c) => answer(c, await receiveUpload(c.req.raw, files, maxFileBytes)),
  });
  route(app, '/v1/files/:file_id', {
    GET: async (c) => answer(c, await files.retrieve(pathId(c, 'file_id'))),
    DELETE: async (c) => answer(c, await files.delete(pathId(c, 'file_id'))),
  });
  route(app, '/v1/files/:file_id/content', {
    GET: async (c) => {
      const { file, content } = await files.content(pathId(c, 'file_id'), { signal: c.req.raw.signal });
      return c.body(ReadableStream.from(content), 200, {
        ...answerHeaders(c, 'application/octet-stream'),
        'content-length': String(file.bytes),
        'content-disposition': contentDisposition(file.filename),
      });
    },
  });
}
