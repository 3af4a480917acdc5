import type { Engine, Logger, StartedRun } from '@cogitator-ai/openai-engine';
import { toStreamError } from '@cogitator-ai/openai-protocol';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { answerHeaders } from '../answer.ts';
import type { Environment, RequestContext } from '../environment.ts';
import { toApiError } from '../errors/handle-error.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import { NodeEventStream } from './node-event-stream.ts';
import { WebEventStream } from './web-event-stream.ts';

export interface StreamRunOptions {
  engine: Engine;
  heartbeat: Heartbeat;
  logger: Logger | undefined;
}

/** Answers with a run's events. The run goes on when the client leaves. */
export async function streamRun(
  c: RequestContext,
  started: StartedRun,
  options: StreamRunOptions,
  moreHeaders?: Record<string, string>,
): Promise<Response> {
  // Kept before the first byte, or a client that loses the connection would find its key still in use.
  await c.get('claim')?.keepStream(started);
  const headers = {
    ...answerHeaders(c, 'text/event-stream; charset=utf-8'),
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    // Older clients wait for the connection to close, not only for the end of the body.
    connection: 'close',
    ...moreHeaders,
  };
  const gone = new AbortController();
  const outgoing = (c.env as Environment['Bindings'] | undefined)?.outgoing;
  if (outgoing) {
    // Nothing tells of the end of a connection that was lost before.
    if (outgoing.destroyed) gone.abort();
    else outgoing.once('close', () => gone.abort());
    void send(c, started, new NodeEventStream(outgoing, headers), gone.signal, options);
    return RESPONSE_ALREADY_SENT;
  }
  const stream = new WebEventStream(() => gone.abort());
  void send(c, started, stream, gone.signal, options);
  return c.body(stream.body, 200, headers);
}

async function send(
  c: RequestContext,
  started: StartedRun,
  stream: EventStream,
  signal: AbortSignal,
  { engine, heartbeat, logger }: StreamRunOptions,
): Promise<void> {
  const sink = heartbeat.add(stream);
  try {
    await engine.runs.follow(started, sink, { signal });
  } catch (error) {
    logger?.error({ requestId: c.get('requestId'), runId: started.run.value.id, err: error }, 'A stream broke.');
    const data = JSON.stringify(toStreamError(toApiError(error, c.get('requestId')).body));
    stream.write([{ event: 'error', data }]);
  } finally {
    heartbeat.delete(sink);
    stream.end();
  }
}
