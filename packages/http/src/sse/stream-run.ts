import type { Engine, Logger, ResumedRun, StartedRun } from '@cogitator-ai/openai-engine';
import { ApiError, toStreamError } from '@cogitator-ai/openai-protocol';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { answerHeaders } from '../answer.ts';
import type { Environment, RequestContext } from '../environment.ts';
import { toApiError } from '../errors/handle-error.ts';
import { type EventStream, type ToFrame, toFrame, toNumberedFrame } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import { NodeEventStream } from './node-event-stream.ts';
import { WebEventStream } from './web-event-stream.ts';

export interface StreamRunOptions {
  engine: Engine;
  heartbeat: Heartbeat;
  logger: Logger | undefined;
}

/** Answers with a run's events up to the next `done`. The run goes on when the client leaves. */
export async function streamRun(
  c: RequestContext,
  started: StartedRun,
  options: StreamRunOptions,
  moreHeaders?: Record<string, string>,
): Promise<Response> {
  // Kept before the first byte, or a client that loses the connection would find its key still in use.
  await c.get('claim')?.keepStream(started);
  return answerEvents(c, started, { ...options, isWhole: false, toFrame }, moreHeaders);
}

/** Answers with the numbered events of a run that was begun at some time, up to its end or to where it waits now. */
export function replayRun(c: RequestContext, run: ResumedRun, options: StreamRunOptions): Response {
  return answerEvents(c, run, { ...options, isWhole: true, toFrame: toNumberedFrame(run.epoch) });
}

interface StreamOptions extends StreamRunOptions {
  isWhole: boolean;
  toFrame: ToFrame;
}

function answerEvents(
  c: RequestContext,
  started: StartedRun,
  options: StreamOptions,
  moreHeaders?: Record<string, string>,
): Response {
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
    void send(c, started, new NodeEventStream(outgoing, headers, options.toFrame), gone.signal, options);
    return RESPONSE_ALREADY_SENT;
  }
  const body = new WebEventStream(options.toFrame, () => gone.abort());
  void send(c, started, body, gone.signal, options);
  return c.body(body.body, 200, headers);
}

async function send(
  c: RequestContext,
  started: StartedRun,
  stream: EventStream,
  signal: AbortSignal,
  { engine, heartbeat, logger, isWhole }: StreamOptions,
): Promise<void> {
  const sink = heartbeat.add(stream);
  try {
    await engine.runs.follow(started, sink, { signal, isWhole });
  } catch (error) {
    const runId = started.run.value.id;
    if (!ApiError.isInstance(error)) {
      logger?.error({ requestId: c.get('requestId'), runId, err: error }, 'A stream broke.');
    }
    const data = JSON.stringify(toStreamError(toApiError(error, c.get('requestId')).body));
    stream.write([{ event: 'error', data }]);
  } finally {
    heartbeat.delete(sink);
    stream.end();
  }
}
