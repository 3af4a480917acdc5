import {
  Json,
  notFound,
  type Run,
  runNotAcceptingOutputs,
  type RunStep,
  type SubmitToolOutputsRequest,
  toolOutputMismatch,
} from '@cogitator-ai/openai-protocol';
import { type Commit, StorageError } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { withContent } from '../file-search/with-content.ts';
import { runKey } from '../records/keys.ts';
import { parseRecord } from '../records/parse-record.ts';
import { writeStep } from '../run-steps/build-step.ts';
import { stepState } from '../run-steps/step-state.ts';
import { untilSettled } from '../records/until-settled.ts';
import { requireThread } from '../threads/require-thread.ts';
import { writeRun } from './build-run.ts';
import { commitAndEnqueue } from './commit-and-enqueue.ts';
import type { StartedRun } from './create-run.ts';
import { expireRun } from './expire-run.ts';
import { latestStep } from './load-unfinished.ts';
import { runState } from './run-state.ts';
import { NO_USAGE } from './usage.ts';

/** Completes the step a run waits with and queues the run again. */
export function submitToolOutputs(
  context: EngineContext,
  threadId: string,
  runId: string,
  request: SubmitToolOutputsRequest,
): Promise<StartedRun> {
  return untilSettled(() => trySubmit(context, threadId, runId, request));
}

/** @returns `undefined` when somebody else submitted, cancelled or changed the run just now. */
async function trySubmit(
  context: EngineContext,
  threadId: string,
  runId: string,
  { tool_outputs: outputs, stream }: SubmitToolOutputsRequest,
): Promise<StartedRun | undefined> {
  const { storage, limits } = context;
  const key = runKey(threadId, runId);
  const record = await storage.get(key);
  if (!record) {
    await requireThread(storage, threadId);
    throw notFound('run', runId);
  }
  const now = await storage.now();
  if (await expireRun(context, record, now)) throw runNotAcceptingOutputs('expired');
  const current = parseRecord(record);
  if (current.status !== 'requires_action') throw runNotAcceptingOutputs(current.status);

  const expected = (current.required_action?.submit_tool_outputs.tool_calls ?? []).map(({ id }) => id);
  const given = outputs.map(({ tool_call_id: id }) => id ?? '');
  const matches = given.length === expected.length && new Set(given).isSupersetOf(new Set(expected));
  if (!matches) throw toolOutputMismatch(expected, given);

  const stepRecord = await latestStep(storage, current);
  if (!stepRecord) {
    // Its thread may have been deleted just now.
    if ((await storage.get(key))?.version !== record.version) return undefined;
    throw new StorageError('schema_mismatch', `Run '${runId}' waits, but has no step.`);
  }
  const { usage, searches } = stepState(stepRecord) ?? { usage: NO_USAGE };
  const completed: RunStep = {
    ...withOutputs(
      parseRecord(stepRecord),
      new Map(outputs.map((output) => [output.tool_call_id, output.output ?? ''])),
    ),
    status: 'completed',
    completed_at: unixSeconds(),
    expires_at: null,
    usage,
  };
  const step = writeStep('put', completed, searches && { usage, searches });
  const state = runState(record);
  const run = Json.of<Run>({ ...current, status: 'queued', required_action: null });
  const fence = record.fence + 1;
  const events = [
    {
      event: 'thread.run.step.completed',
      data: state.showsContent ? JSON.stringify(withContent(completed, searches)) : step.body,
    },
    { event: 'thread.run.queued', data: run.text },
  ];
  const commit: Commit = {
    checks: [{ check: 'version', key, version: record.version }],
    writes: [step, writeRun('put', run, { fence, dueAt: now + limits.leaseMs, state })],
    events: { stream: { partition: threadId, id: runId }, fence, events },
  };
  const here = stream === true;
  const result = await commitAndEnqueue(context, { threadId, runId, fence }, { here }, () => storage.commit(commit));
  if (!result.ok) return undefined;
  return { run, after: (result.lastEvent ?? events.length) - events.length };
}

function withOutputs(step: RunStep, outputs: ReadonlyMap<string | undefined, string>): RunStep {
  if (step.step_details.type !== 'tool_calls') return step;
  const toolCalls = step.step_details.tool_calls.map((call) => {
    const output = outputs.get(call.id);
    return call.type === 'function' && output !== undefined
      ? { ...call, function: { ...call.function, output } }
      : call;
  });
  return { ...step, step_details: { type: 'tool_calls', tool_calls: toolCalls } };
}
