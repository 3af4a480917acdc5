import { stringTooLong, stringTooShort } from '@cogitator-ai/openai-protocol';
import type { Next } from 'hono';
import { answerText } from '../answer.ts';
import type { RequestContext } from '../environment.ts';
import { givenKey } from '../gate/api-keys.ts';
import { readText } from '../requests/read-text.ts';
import type { RouteOptions } from '../routes/route.ts';
import { streamRun } from '../sse/stream-run.ts';

/** Most characters of a key. */
const MAX_KEY_LENGTH = 255;

const REPLAYED = { 'idempotency-replayed': 'true' };

/** Answers a request with an `Idempotency-Key`: by its route, or as an earlier one with the same key was. */
export type ExecuteOnce = (c: RequestContext, key: string, next: Next) => Promise<Response | undefined>;

export function createExecuteOnce(options: RouteOptions): ExecuteOnce {
  const { engine, maxBodyBytes } = options;

  return async (c, key, next) => {
    if (key === '') throw stringTooShort('Idempotency-Key', 1, 0);
    if (key.length > MAX_KEY_LENGTH) throw stringTooLong('Idempotency-Key', MAX_KEY_LENGTH, key.length);
    const content = [c.req.method, c.req.path];
    // Uploads are stored while they arrive, and each attempt has another boundary.
    if (!/^multipart\//i.test(c.req.header('content-type') ?? '')) {
      const body = await readText(c, maxBodyBytes);
      c.set('body', body);
      content.push(body);
    }
    const scope = givenKey({ authorization: c.req.header('authorization'), apiKey: c.req.header('api-key') }) ?? '';
    const result = await engine.idempotency.claim({ key, scope, content }, { signal: c.req.raw.signal });
    if (result.type === 'answered') return answerText(c, result.status, result.text, REPLAYED);
    if (result.type === 'streamed') return streamRun(c, result.started, options, REPLAYED);

    const { claim } = result;
    c.set('claim', claim);
    let isSuccess = false;
    try {
      await next();
      isSuccess = c.res.ok;
    } finally {
      if (!isSuccess) await claim.fail(c.error);
    }
    // A stream was kept before it began.
    if (isSuccess && !claim.ended) await claim.keepAnswer(c.res.status, await c.res.clone().text());
    return undefined;
  };
}
