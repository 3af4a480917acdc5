import { IncludeQuery, ListRunStepsQuery } from '@cogitator-ai/openai-protocol';
import { answer } from '../answer.ts';
import { pathId } from '../requests/path-id.ts';
import { type App, parseListQuery, parseQuery, route, type RouteOptions } from './route.ts';

export function runStepRoutes(app: App, { engine }: RouteOptions): void {
  const { runSteps } = engine;

  route(app, '/v1/threads/:thread_id/runs/:run_id/steps', {
    GET: async (c) => {
      const [threadId, runId] = [pathId(c, 'thread_id'), pathId(c, 'run_id')];
      return answer(c, await runSteps.list(threadId, runId, parseListQuery(c, ListRunStepsQuery, 'run_step')));
    },
  });
  route(app, '/v1/threads/:thread_id/runs/:run_id/steps/:step_id', {
    GET: async (c) => {
      const [threadId, runId, stepId] = [pathId(c, 'thread_id'), pathId(c, 'run_id'), pathId(c, 'step_id')];
      return answer(c, await runSteps.retrieve(threadId, runId, stepId, parseQuery(c, IncludeQuery)));
    },
  });
}
