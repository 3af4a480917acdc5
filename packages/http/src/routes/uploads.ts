import { CompleteUploadRequest, CreateUploadRequest } from '@cogitator-ai/openai-protocol';
import { answer } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { receivePart } from '../uploads/receive-part.ts';
import { type App, parseBody, route, type RouteOptions } from './route.ts';

export function uploadRoutes(app: App, options: RouteOptions): void {
  const { uploads } = options.engine;

  route(app, '/v1/uploads', {
    POST: async (c) => answer(c, await uploads.create(await parseBody(c, CreateUploadRequest, options))),
  });
  route(app, '/v1/uploads/:upload_id/parts', {
    POST: async (c) => answer(c, await receivePart(c.req.raw, uploads, pathId(c, 'upload_id'))),
  });
  route(app, '/v1/uploads/:upload_id/complete', {
    POST: async (c) => {
      const uploadId = pathId(c, 'upload_id');
      const request = await parseBody(c, CompleteUploadRequest, options);
      return answer(c, await uploads.complete(uploadId, request, { signal: c.req.raw.signal }));
    },
  });
  route(app, '/v1/uploads/:upload_id/cancel', {
    POST: async (c) => answer(c, await uploads.cancel(pathId(c, 'upload_id'))),
  });
}
