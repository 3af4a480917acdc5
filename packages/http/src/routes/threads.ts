import { CreateThreadRequest, UpdateThreadRequest } from '@cogitator-ai/openai-protocol';
import { answer } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { type App, parseBody, route, type RouteOptions } from './route.ts';

export function threadRoutes(app: App, options: RouteOptions): void {
  const { threads } = options.engine;

  route(app, '/v1/threads', {
    POST: async (c) => answer(c, await threads.create(await parseBody(c, CreateThreadRequest, options))),
  });
  route(app, '/v1/threads/:thread_id', {
    GET: async (c) => answer(c, await threads.retrieve(pathId(c, 'thread_id'))),
    POST: async (c) => {
      const threadId = pathId(c, 'thread_id');
      return answer(c, await threads.update(threadId, await parseBody(c, UpdateThreadRequest, options)));
    },
    DELETE: async (c) => answer(c, await threads.delete(pathId(c, 'thread_id'))),
  });
}
