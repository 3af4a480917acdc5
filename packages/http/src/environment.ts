import type { IdempotencyClaim } from '@cogitator-ai/openai-engine';
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
    /** The body as text, where it was needed before its route. */
    body: string | undefined;
    /** The claim under which a request with an idempotency key is executed. */
    claim: IdempotencyClaim | undefined;
  };
}

export type RequestContext = Context<Environment>;
