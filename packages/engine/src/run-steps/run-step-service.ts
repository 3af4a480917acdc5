import type { Json, ListResponse, ListRunStepsQuery, RunStep } from '@cogitator-ai/openai-protocol';

export interface RunStepService {
  list(threadId: string, runId: string, query: ListRunStepsQuery): Promise<Json<ListResponse<RunStep>>>;
  retrieve(threadId: string, runId: string, stepId: string): Promise<Json<RunStep>>;
}
