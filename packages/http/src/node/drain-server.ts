import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@cogitator-ai/openai-engine';

/** How long streams have to tell their readers that the grace is over, in ms. */
const LAST_WORDS_MS = 1000;
/** How often connections that have become idle are closed, in ms. */
const CLOSE_IDLE_MS = 100;

/** Takes no more connections, requests and runs, lets what is under way finish, and after `graceMs` ends it. */
export async function drainServer(server: Server, engine: Engine, graceMs: number): Promise<void> {
  const grace = AbortSignal.timeout(graceMs);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.removeAllListeners('request').on('request', refuse);
  // Node keeps a connection alive that was in use when its server was closed.
  const closingIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MS);
  await engine.close({ signal: grace });
  await Promise.race([closed, elapsed(grace).then(() => sleep(LAST_WORDS_MS, undefined, { ref: false }))]);
  clearInterval(closingIdle);
  server.closeAllConnections();
  await closed;
}

/** Answers what still comes in on a kept connection, so that clients try another one. */
function refuse(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { connection: 'close', 'content-length': '0', 'retry-after': '1' }).end();
}

function elapsed(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
