import {
  CreateRunRequest,
  CreateThreadAndRunRequest,
  IncludeQuery,
  isTerminalRunStatus,
  ListQuery,
  parseRequest,
  RunEventsQuery,
  SubmitToolOutputsRequest,
  UpdateRunRequest,
} from '@cogitator-ai/openai-protocol';
import type { EventPosition } from '@cogitator-ai/openai-engine';
import { answer, answerPolled } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { readQuery } from '../requests/read-query.ts';
import { replayRun, streamRun } from '../sse/stream-run.ts';
import { type App, parseBody, parseListQuery, parseQuery, route, type RouteOptions } from './route.ts';

export function runRoutes(app: App, options: RouteOptions): void {
  const { runs } = options.engine;

  route(app, '/v1/threads/runs', {
    POST: async (c) => {
      const request = await parseBody(c, CreateThreadAndRunRequest, options);
      const started = await runs.createThreadAndRun(request);
      return request.stream ? streamRun(c, started, options) : answer(c, started.run);
    },
  });
  route(app, '/v1/threads/:thread_id/runs', {
    GET: async (c) => {
      const threadId = pathId(c, 'thread_id');
      return answer(c, await runs.list(threadId, parseListQuery(c, ListQuery, 'run')));
    },
    POST: async (c) => {
      const threadId = pathId(c, 'thread_id');
      const query = parseQuery(c, IncludeQuery);
      const request = await parseBody(c, CreateRunRequest, options);
      const started = await runs.create(threadId, request, query);
      return request.stream ? streamRun(c, started, options) : answer(c, started.run);
    },
  });
  route(app, '/v1/threads/:thread_id/runs/:run_id', {
    GET: async (c) => {
      const run = await runs.retrieve(pathId(c, 'thread_id'), pathId(c, 'run_id'));
      return answerPolled(c, run, isTerminalRunStatus(run.value.status));
    },
    POST: async (c) => {
      const [threadId, runId] = [pathId(c, 'thread_id'), pathId(c, 'run_id')];
      return answer(c, await runs.update(threadId, runId, await parseBody(c, UpdateRunRequest, options)));
    },
  });
  // Not of the API: for clients that lost a stream, from any process.
  route(app, '/v1/threads/:thread_id/runs/:run_id/events', {
    GET: async (c) => {
      // That of the header is later: who connects again by itself sends the same query.
      const position = readPosition(c.req.header('last-event-id') ?? readQuery(c)['after']);
      const run = await runs.resume(pathId(c, 'thread_id'), pathId(c, 'run_id'), position);
      return replayRun(c, run, options);
    },
  });
  route(app, '/v1/threads/:thread_id/runs/:run_id/cancel', {
    POST: async (c) => answer(c, await runs.cancel(pathId(c, 'thread_id'), pathId(c, 'run_id'))),
  });
  route(app, '/v1/threads/:thread_id/runs/:run_id/submit_tool_outputs', {
    POST: async (c) => {
      const [threadId, runId] = [pathId(c, 'thread_id'), pathId(c, 'run_id')];
      const request = await parseBody(c, SubmitToolOutputsRequest, options);
      const started = await runs.submitToolOutputs(threadId, runId, request);
      return request.stream ? streamRun(c, started, options) : answer(c, started.run);
    },
  });
}

/** A position as ids of events have it: `57`, or `2-57`. */
function readPosition(text: unknown): EventPosition {
  const [, epoch, seq] = /^(\d{1,15})-(.*)$/s.exec(String(text)) ?? [];
  const { after } = parseRequest(RunEventsQuery, { after: seq ?? text });
  return { seq: after, epoch: epoch === undefined ? null : Number(epoch) };
}
