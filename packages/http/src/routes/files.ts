import { downloadRefused, IS_DOWNLOADABLE, ListFilesQuery } from '@cogitator-ai/openai-protocol';
import { answer, answerHeaders } from '../answer.ts';
import type { Environment, RequestContext } from '../environment.ts';
import { pathId } from '../requests/path-id.ts';
import { readRange } from '../requests/read-range.ts';
import { contentDisposition } from '../uploads/content-disposition.ts';
import { receiveFile } from '../uploads/receive-file.ts';
import { type App, parseListQuery, route, type RouteOptions } from './route.ts';

export function fileRoutes(app: App, { engine, logger, maxFileBytes, strictFileDownloads }: RouteOptions): void {
  const { files } = engine;

  route(app, '/v1/files', {
    GET: async (c) => answer(c, await files.list(parseListQuery(c, ListFilesQuery, 'file'))),
    POST: async (c) => answer(c, await receiveFile(c.req.raw, files, maxFileBytes)),
  });
  route(app, '/v1/files/:file_id', {
    GET: async (c) => answer(c, await files.retrieve(pathId(c, 'file_id'))),
    DELETE: async (c) => answer(c, await files.delete(pathId(c, 'file_id'))),
  });
  route(app, '/v1/files/:file_id/content', { GET: download });

  async function download(c: RequestContext): Promise<Response> {
    const { value: file } = await files.retrieve(pathId(c, 'file_id'));
    if (strictFileDownloads && !IS_DOWNLOADABLE[file.purpose]) throw downloadRefused(file.purpose);
    const range = c.req.method === 'GET' ? readRange(c.req.header('range'), file.bytes) : undefined;
    const { start, end } = range ?? { start: 0, end: file.bytes };
    // The app answers HEAD by GET; content that nobody reads is not opened.
    const content = c.req.method === 'GET' ? await files.content(file.id, { signal: c.req.raw.signal, range }) : null;
    return new Response(content && ReadableStream.from(untilBroken(c, content)), {
      status: range ? 206 : 200,
      headers: {
        ...answerHeaders(c, 'application/octet-stream'),
        'accept-ranges': 'bytes',
        'content-length': String(end - start),
        ...(range && { 'content-range': `bytes ${start}-${end - 1}/${file.bytes}` }),
        'content-disposition': contentDisposition(file.filename),
      },
    });
  }

  /** The content; when it breaks off, so does the connection, by which the client sees that there should have been more. */
  async function* untilBroken(c: RequestContext, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      if (!c.req.raw.signal.aborted) logger?.error({ requestId: c.get('requestId'), err: error }, 'A download broke.');
      const outgoing = (c.env as Environment['Bindings'] | undefined)?.outgoing;
      // Left to itself, Node's adapter prints the error.
      if (!outgoing) throw error;
      outgoing.destroy();
    }
  }
}
