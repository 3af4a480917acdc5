import type { Run, RunStep, StepDetails } from '@cogitator-ai/openai-protocol';
import type { Insert, Put } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { runStepKey } from '../records/keys.ts';
import type { StepState } from './step-state.ts';

/** A step that begins now. */
export function buildStep(context: EngineContext, run: Run, details: StepDetails): RunStep {
  return {
    id: context.ids.create('run_step'),
    object: 'thread.run.step',
    created_at: unixSeconds(),
    run_id: run.id,
    assistant_id: run.assistant_id,
    thread_id: run.thread_id,
    type: details.type,
    status: 'in_progress',
    cancelled_at: null,
    completed_at: null,
    expires_at: run.expires_at,
    expired_at: null,
    failed_at: null,
    last_error: null,
    step_details: details,
    metadata: {},
    usage: null,
  };
}

/** Stores a step, with what is to be remembered about it. */
export function writeStep<W extends 'insert' | 'put'>(
  write: W,
  step: RunStep,
  state?: StepState,
): (Insert | Put) & { write: W };
export function writeStep(write: 'insert' | 'put', step: RunStep, state?: StepState): Insert | Put {
  return {
    write,
    key: runStepKey(step.thread_id, step.run_id, step.id),
    body: JSON.stringify(step),
    state: state === undefined ? null : JSON.stringify(state),
  };
}
