import { CreateAssistantRequest, ListQuery, UpdateAssistantRequest } from '@cogitator-ai/openai-protocol';
import { answer } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { type App, parseBody, parseListQuery, route, type RouteOptions } from './route.ts';

export function assistantRoutes(app: App, options: RouteOptions): void {
  const { assistants } = options.engine;

  route(app, '/v1/assistants', {
    GET: async (c) => answer(c, await assistants.list(parseListQuery(c, ListQuery, 'assistant'))),
    POST: async (c) => answer(c, await assistants.create(await parseBody(c, CreateAssistantRequest, options))),
  });
  route(app, '/v1/assistants/:assistant_id', {
    GET: async (c) => answer(c, await assistants.retrieve(pathId(c, 'assistant_id'))),
    POST: async (c) => {
      const assistantId = pathId(c, 'assistant_id');
      return answer(c, await assistants.update(assistantId, await parseBody(c, UpdateAssistantRequest, options)));
    },
    DELETE: async (c) => answer(c, await assistants.delete(pathId(c, 'assistant_id'))),
  });
}
