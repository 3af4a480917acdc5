import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What Hono carries through one request. */
export interface Environment {
  /** Node's own request and response; absent on other runtimes. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** `performance.now()` when the request arrived. */
    startedAt: number;
    /** CORS headers of the answer; absent without an `Origin`. */
    cors: Record<string, string> | undefined;
  };
}

export type RequestContext = Context<Environment>;
