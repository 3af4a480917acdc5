import type { RunStep, StepToolCall, ToolCall, Usage } from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import type { ModelToolCall } from '../ports/model-port.ts';
import { buildStep, writeStep } from '../run-steps/build-step.ts';
import type { HeldRun } from './held-run.ts';
import type { OpenStep } from './open-step.ts';
import { functionArgumentsDelta, functionCallDelta } from './run-events.ts';

interface Call extends ModelToolCall {
  output: string | null;
}

/** A step in which the model calls functions, all of one turn. */
export class ToolCallsStep implements OpenStep {
  readonly message = null;
  readonly #held: HeldRun;
  readonly #step: RunStep;
  readonly #calls: Call[] = [];

  private constructor(held: HeldRun, step: RunStep) {
    this.#held = held;
    this.#step = step;
  }

  /** Stores a step, still without calls, and tells of it and of the first call. */
  static open(context: EngineContext, held: HeldRun, id: string, name: string): ToolCallsStep {
    const opened = new ToolCallsStep(held, buildStep(context, held.run, { type: 'tool_calls', tool_calls: [] }));
    const step = writeStep('insert', opened.#step);
    held.write(
      [step],
      [
        { event: 'thread.run.step.created', data: step.body },
        { event: 'thread.run.step.in_progress', data: step.body },
        opened.#add(id, name),
      ],
    );
    return opened;
  }

  /** Goes on with a step all of whose calls were stored, by another process. */
  static resume(held: HeldRun, step: RunStep): ToolCallsStep {
    const resumed = new ToolCallsStep(held, step);
    if (step.step_details.type !== 'tool_calls') return resumed;
    for (const call of step.step_details.tool_calls) {
      if (call.type === 'function') resumed.#calls.push({ id: call.id, ...call.function });
    }
    return resumed;
  }

  get step(): RunStep {
    return { ...this.#step, step_details: { type: 'tool_calls', tool_calls: this.#calls.map(toStepToolCall) } };
  }

  get calls(): readonly Readonly<Call>[] {
    return this.#calls;
  }

  /** Begins the next call. */
  open(id: string, name: string): void {
    this.complete();
    this.#held.emit(this.#add(id, name));
  }

  #add(id: string, name: string): LogEvent {
    this.#calls.push({ id, name, arguments: '', output: null });
    return functionCallDelta(this.#step.id, this.#calls.length - 1, id, name);
  }

  /** To be called when the latest call has arrived: clients expect JSON where a model has written no arguments. */
  complete(): void {
    if (this.#calls.at(-1)?.arguments === '') this.appendArguments('{}');
  }

  /** Adds to the arguments of the latest call. */
  appendArguments(text: string): void {
    const call = this.#calls.at(-1);
    if (!call) return;
    call.arguments += text;
    this.#held.emit(functionArgumentsDelta(this.#step.id, this.#calls.length - 1, text));
  }

  /** Records the result of a call that the server executed. */
  setOutput(id: string, output: string): void {
    const call = this.#calls.find((candidate) => candidate.id === id);
    if (call) call.output = output;
  }

  /** The step as stored while results are missing: who finds it so knows that the calls were all there, and may have begun. @param usage - What the turn has cost; shown when the step ends. */
  save(usage: Usage): ReturnType<typeof writeStep<'put'>> {
    return writeStep('put', this.step, { usage });
  }
}

/** The calls of a step whose results are missing. */
export function pendingCalls(step: RunStep): ToolCall[] {
  if (step.step_details.type !== 'tool_calls') return [];
  return step.step_details.tool_calls.flatMap((call) =>
    call.type === 'function' && call.function.output === null
      ? { id: call.id, type: call.type, function: { name: call.function.name, arguments: call.function.arguments } }
      : [],
  );
}

function toStepToolCall(call: Call): StepToolCall {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments, output: call.output },
  };
}
