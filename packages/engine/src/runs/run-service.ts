import {
  type CreateRunRequest,
  type CreateThreadAndRunRequest,
  eventsLost,
  type IncludeQuery,
  isTerminalRunStatus,
  Json,
  type ListQuery,
  type ListResponse,
  notFound,
  type Run,
  type RunStatus,
  streamInterrupted,
  type SubmitToolOutputsRequest,
  type UpdateRunRequest,
} from '@cogitator-ai/openai-protocol';
import type { EngineContext } from '../engine-context.ts';
import { runKey } from '../records/keys.ts';
import { listPage } from '../records/list-page.ts';
import { updateRecord } from '../records/update-record.ts';
import { parseRecord } from '../records/parse-record.ts';
import { requireThread } from '../threads/require-thread.ts';
import { abortWith } from './abort-with.ts';
import { activeRunLock } from './active-run.ts';
import { cancelRun } from './cancel-run.ts';
import { createRun, createThreadAndRun, type StartedRun } from './create-run.ts';
import { type EventSink, readEvents } from './event-reader.ts';
import { expireRun } from './expire-run.ts';
import { epochOf } from './lost-events.ts';
import { DONE } from './run-events.ts';
import { runState } from './run-state.ts';
import { submitToolOutputs } from './submit-tool-outputs.ts';

/** Silence after which a reader looks whether its run is still there, in ms. */
const READER_SILENCE_MS = 10_000;

/** A place in the events of a run. */
export interface EventPosition {
  /** Number of an event, 0 for before the first. */
  readonly seq: number;
  /** Which numbers these are: others after the store has lost events. `null` for the first ones. */
  readonly epoch: number | null;
}

/** A run to be followed, and which numbers its events have. */
export interface ResumedRun extends StartedRun {
  readonly epoch: number | null;
}

export interface RunService {
  /** @param query - `include`: what the events of its steps show beside what they always do. */
  create(threadId: string, request: CreateRunRequest, query?: IncludeQuery): Promise<StartedRun>;
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
   * @param options.isWhole - Whether to go on where the run waited for its client and was continued: the one `done` is then that of
   * a run that has ended, or waits now. Default false.
   * @throws `ApiError` 503 when this process is about to end and the run goes on elsewhere; `StorageError` `unavailable` when the
   * store has lost events: they can be read again from the first.
   */
  follow(started: StartedRun, sink: EventSink, options: { signal: AbortSignal; isWhole?: boolean }): Promise<void>;

  /**
   * A run that was begun at some time, to be followed behind one of its events, on any process, until some minutes after its end.
   *
   * @throws `ApiError` 409 when the store has lost the events that this position counts.
   */
  resume(threadId: string, runId: string, after: EventPosition): Promise<ResumedRun>;
}

export function createRunService(context: EngineContext): RunService {
  const { storage, stopping } = context;

  return {
    create: (threadId, request, query = {}) => createRun(context, threadId, request, query),
    createThreadAndRun: (request) => createThreadAndRun(context, request),
    cancel: (threadId, runId) => cancelRun(context, threadId, runId),
    submitToolOutputs: (threadId, runId, request) => submitToolOutputs(context, threadId, runId, request),

    list: (threadId, query) =>
      listPage<Run>(storage, { kind: 'run', path: [threadId] }, query, () => requireThread(storage, threadId)),

    async retrieve(threadId, runId) {
      const key = runKey(threadId, runId);
      const record = await storage.get(key);
      if (!record) {
        await requireThread(storage, threadId);
        throw notFound('run', runId);
      }
      const mayBeExpired = record.dueAt !== null && runState(record).expiresAt <= Date.now();
      if (!mayBeExpired || !(await expireRun(context, record))) return Json.parse(record.body);
      return Json.parse((await storage.get(key))?.body ?? record.body);
    },

    async update(threadId, runId, { metadata }) {
      return updateRecord(
        storage,
        runKey(threadId, runId),
        (run, { dueAt, state }) => ({
          value: { ...run, metadata: metadata === undefined ? run.metadata : (metadata ?? {}) },
          fields: { unique: activeRunLock(run.status), dueAt, state },
        }),
        async () => {
          await requireThread(storage, threadId);
          return notFound('run', runId);
        },
      );
    },

    async resume(threadId, runId, after) {
      const run = await this.retrieve(threadId, runId);
      const epoch = await epochOf(storage.events, { partition: threadId, id: runId });
      if (after.seq > 0 && after.epoch !== epoch) throw eventsLost(threadId, runId);
      return { run, after: after.seq, epoch };
    },

    async follow({ run: { value: run }, after }, sink, { signal, isWhole = false }) {
      const { thread_id: threadId, id: runId } = run;
      const key = runKey(threadId, runId);
      const reading = abortWith(signal, stopping);
      const isDone = await readEvents(storage.events, { partition: threadId, id: runId }, sink, {
        after,
        isWhole,
        signal: reading.signal,
        silenceMs: READER_SILENCE_MS,
        async isOver() {
          const record = await storage.get(key);
          return record === null || isSettled(parseRecord(record).status);
        },
      }).finally(() => reading.release());
      if (isDone || signal.aborted) return;
      if (stopping.aborted) throw streamInterrupted(threadId, runId);
      // A store that crashed may have lost events. How the run has ended is told all the same.
      const record = await storage.get(key);
      if (record) sink.write([{ event: `thread.run.${parseRecord(record).status}`, data: record.body }, DONE]);
    },
  };
}

/** Whether a stream of a run's events ends at this status. */
function isSettled(status: RunStatus): boolean {
  return isTerminalRunStatus(status) || status === 'requires_action';
}
