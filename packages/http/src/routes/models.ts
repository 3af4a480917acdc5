import { answer } from '../answer.ts';
import { type App, route, type RouteOptions } from './route.ts';

export function modelRoutes(app: App, { engine }: RouteOptions): void {
  const { models } = engine;

  route(app, '/v1/models', {
    GET: async (c) => answer(c, await models.list({ signal: c.req.raw.signal })),
  });
  // Ids may hold slashes, raw or percent-encoded.
  route(app, '/v1/models/:model{.+}', {
    GET: async (c) => answer(c, await models.retrieve(c.req.param('model') ?? '', { signal: c.req.raw.signal })),
    DELETE: (c) => models.delete(c.req.param('model') ?? '', { signal: c.req.raw.signal }),
  });
}
