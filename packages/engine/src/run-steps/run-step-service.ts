import {
  type IncludeQuery,
  Json,
  type ListResponse,
  type ListRunStepsQuery,
  notFound,
  type RunStep,
} from '@cogitator-ai/openai-protocol';
import type { StoredRecord } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { withContent } from '../file-search/with-content.ts';
import { runKey, runStepKey } from '../records/keys.ts';
import { toListResponse } from '../records/list-page.ts';
import { parseRecord } from '../records/parse-record.ts';
import { requireThread } from '../threads/require-thread.ts';
import { stepState } from './step-state.ts';

/** Steps; what their searches found is shown when it is asked for with `include`. */
export interface RunStepService {
  list(threadId: string, runId: string, query: ListRunStepsQuery): Promise<Json<ListResponse<RunStep>>>;
  retrieve(threadId: string, runId: string, stepId: string, query: IncludeQuery): Promise<Json<RunStep>>;
}

export function createRunStepService({ storage }: EngineContext): RunStepService {
  async function requireRun(threadId: string, runId: string): Promise<void> {
    if (await storage.get(runKey(threadId, runId))) return;
    await requireThread(storage, threadId);
    throw notFound('run', runId);
  }

  return {
    async list(threadId, runId, { include, ...query }) {
      const page = await storage.list({ kind: 'run_step', path: [threadId, runId], ...query });
      if (page.records.length === 0) await requireRun(threadId, runId);
      return toListResponse({ ...page, records: page.records.map((record) => asAsked(record, include)) });
    },

    async retrieve(threadId, runId, stepId, { include }) {
      const record = await storage.get(runStepKey(threadId, runId, stepId));
      if (record) return Json.parse(asAsked(record, include).body);
      await requireRun(threadId, runId);
      throw notFound('run_step', stepId);
    },
  };
}

/** A step's record that shows what was asked for. */
function asAsked(record: StoredRecord<'run_step'>, include: IncludeQuery['include'] = []): StoredRecord<'run_step'> {
  const searches = include.length > 0 ? stepState(record)?.searches : undefined;
  return searches ? { ...record, body: JSON.stringify(withContent(parseRecord(record), searches)) } : record;
}
