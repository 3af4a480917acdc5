import { Json, type ListResponse, type ListRunStepsQuery, notFound, type RunStep } from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { runKey, runStepKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { requireThread } from '../threads/require-thread.ts';

export interface RunStepService {
  list(threadId: string, runId: string, query: ListRunStepsQuery): Promise<Json<ListResponse<RunStep>>>;
  retrieve(threadId: string, runId: string, stepId: string): Promise<Json<RunStep>>;
}

export function createRunStepService({ storage }: EngineContext): RunStepService {
  async function requireRun(threadId: string, runId: string): Promise<void> {
    if (await storage.get(runKey(threadId, runId))) return;
    await requireThread(storage, threadId);
    throw notFound('run', runId);
  }

  return {
    list: (threadId, runId, query) =>
      listPage<RunStep>(storage, { kind: 'run_step', path: [threadId, runId] }, query, () =>
        requireRun(threadId, runId),
      ),

    async retrieve(threadId, runId, stepId) {
      const record = await storage.get(runStepKey(threadId, runId, stepId));
      if (record) return Json.parse(record.body);
      await requireRun(threadId, runId);
      throw notFound('run_step', stepId);
    },
  };
}
