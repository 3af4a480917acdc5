import { CreateMessageRequest, ListMessagesQuery, UpdateMessageRequest } from '@cogitator-ai/openai-protocol';
import { answer } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { type App, parseBody, parseListQuery, route, type RouteOptions } from './route.ts';

export function messageRoutes(app: App, options: RouteOptions): void {
  const { messages } = options.engine;

  route(app, '/v1/threads/:thread_id/messages', {
    GET: async (c) => {
      const threadId = pathId(c, 'thread_id');
      return answer(c, await messages.list(threadId, parseListQuery(c, ListMessagesQuery, 'message')));
    },
    POST: async (c) => {
      const threadId = pathId(c, 'thread_id');
      return answer(c, await messages.create(threadId, await parseBody(c, CreateMessageRequest, options)));
    },
  });
  route(app, '/v1/threads/:thread_id/messages/:message_id', {
    GET: async (c) => answer(c, await messages.retrieve(pathId(c, 'thread_id'), pathId(c, 'message_id'))),
    POST: async (c) => {
      const [threadId, messageId] = [pathId(c, 'thread_id'), pathId(c, 'message_id')];
      return answer(c, await messages.update(threadId, messageId, await parseBody(c, UpdateMessageRequest, options)));
    },
    DELETE: async (c) => answer(c, await messages.delete(pathId(c, 'thread_id'), pathId(c, 'message_id'))),
  });
}
