import type { Engine, Logger } from '@cogitator-ai/openai-engine';
import { hasIdPrefix, type IdKind, invalidCursor, methodNotAllowed, parseRequest } from '@cogitator-ai/openai-protocol';
import type { Hono } from 'hono';
import type { z } from 'zod';
import type { Environment, RequestContext } from '../environment.ts';
import { readJson } from '../requests/read-json.ts';
import { readQuery } from '../requests/read-query.ts';
import type { Heartbeat } from '../sse/heartbeat.ts';

/** What the routes need. */
export interface RouteOptions {
  readonly engine: Engine;
  readonly logger: Logger | undefined;
  readonly heartbeat: Heartbeat;
  readonly maxBodyBytes: number;
  readonly maxFileBytes: number;
  readonly strictFileDownloads: boolean;
}

export type App = Hono<Environment>;

type Handler = (c: RequestContext) => Promise<Response> | Response;

/** Answers one path; methods it does not have are refused with 405. */
export function route(app: App, path: string, handlers: Partial<Record<'GET' | 'POST' | 'DELETE', Handler>>): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
  app.all(path, () => {
    throw methodNotAllowed(Object.keys(handlers));
  });
}

/** The request's body as `schema` describes it. */
export async function parseBody<S extends z.ZodType>(
  c: RequestContext,
  schema: S,
  { maxBodyBytes }: RouteOptions,
): Promise<z.output<S>> {
  return parseRequest(schema, await readJson(c, maxBodyBytes));
}

/** The request's query as `schema` describes it. */
export function parseQuery<S extends z.ZodType>(c: RequestContext, schema: S): z.output<S> {
  return parseRequest(schema, readQuery(c));
}

/**
 * The query of a list of objects of one kind.
 *
 * @throws `ApiError` 400 for a cursor of another kind: a client that asks for what is after `undefined` would be given the
 * same page for ever. A cursor of the kind need not exist, or no longer.
 */
export function parseListQuery<S extends z.ZodType<{ after?: string | undefined; before?: string | undefined }>>(
  c: RequestContext,
  schema: S,
  kind: IdKind,
): z.output<S> {
  const query = parseQuery(c, schema);
  for (const param of ['after', 'before'] as const) {
    const cursor = query[param];
    if (cursor !== undefined && !hasIdPrefix(kind, cursor)) throw invalidCursor(param, cursor, kind);
  }
  return query;
}
