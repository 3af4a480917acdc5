import type {
  CreateRunRequest,
  CreateThreadAndRunRequest,
  Json,
  ListQuery,
  ListResponse,
  Run,
  SubmitToolOutputsRequest,
  UpdateRunRequest,
} from '@cogitator-ai/openai-protocol';
import type { EventSink } from './event-reader.ts';

/** A run that was started or continued, and where its events from that moment on begin. */
export interface StartedRun {
  readonly run: Json<Run>;
  /** Sequence number before the first event. */
  readonly after: number;
}

export interface RunService {
  create(threadId: string, request: CreateRunRequest): Promise<StartedRun>;
  createThreadAndRun(request: CreateThreadAndRunRequest): Promise<StartedRun>;
  list(threadId: string, query: ListQuery): Promise<Json<ListResponse<Run>>>;
  retrieve(threadId: string, runId: string): Promise<Json<Run>>;
  update(threadId: string, runId: string, request: UpdateRunRequest): Promise<Json<Run>>;
  cancel(threadId: string, runId: string): Promise<Json<Run>>;
  submitToolOutputs(threadId: string, runId: string, request: SubmitToolOutputsRequest): Promise<StartedRun>;

  /**
   * Sends a run's events to the sink, up to and including the next `done`. The run does not depend on it.
   *
   * @param options.signal - Aborted when the reader is gone; the promise then resolves.
   */
  follow(started: StartedRun, sink: EventSink, options: { signal: AbortSignal }): Promise<void>;
}
