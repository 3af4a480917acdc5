import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@cogitator-ai/openai-engine';
import { shuttingDown } from '@cogitator-ai/openai-protocol';

/** How long streams have to tell their readers that the grace is over, in ms. */
const LAST_WORDS_MS = 1000;
/** How often connections that have become idle are closed, in ms. */
const CLOSE_IDLE_MS = 100;

/**
 * Takes no more requests and runs, lets what is under way finish, and after `graceMs` ends it. Meanwhile it still listens, so that
 * whoever comes is told to try elsewhere: a balancer takes a while to notice.
 */
export async function drainServer(server: Server, engine: Engine, graceMs: number): Promise<void> {
  const grace = AbortSignal.timeout(graceMs);
  server.removeAllListeners('request').on('request', refuse);
  await engine.close({ signal: grace });
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Node keeps a connection alive that was in use when its server was closed.
  const closingIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS);
  await Promise.race([closed, elapsed(grace).then(() => sleep(LAST_WORDS_MS, undefined, { ref: false }))]);
  clearInterval(closingIdle);
  server.closeAllConnections();
  await closed;
}

/** Answers what still comes in, also where it is asked whether the server is ready. */
function refuse(_request: IncomingMessage, response: ServerResponse): void {
  const { status, body } = shuttingDown();
  const headers = { 'content-type': 'application/json', connection: 'close', 'retry-after': '1' };
  response.writeHead(status, headers).end(JSON.stringify({ error: body }));
}

function elapsed(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
