import type {
  FileSearchRankingOptions,
  Run,
  RunStep,
  StepToolCall,
  ToolCall,
  Usage,
} from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import type { EngineContext } from '../engine-context.ts';
import { fileSearchName, fileSearchOf } from '../file-search/file-search-function.ts';
import { type SearchAnswer, type Searches, toStepToolCall, toToolOutput } from '../file-search/search-answer.ts';
import type { ModelToolCall } from '../ports/model-port.ts';
import { buildStep, writeStep } from '../run-steps/build-step.ts';
import type { StepState } from '../run-steps/step-state.ts';
import type { HeldRun } from './held-run.ts';
import type { OpenStep } from './open-step.ts';
import { fileSearchDelta, functionArgumentsDelta, functionCallDelta } from './run-events.ts';

/** A call of a step, by the model's name for what it calls. */
export type StepCall = ModelToolCall &
  (
    | { readonly type: 'function'; output: string | null }
    | { readonly type: 'file_search'; answer: SearchAnswer | null }
  );

/** A step in which the model calls tools, all of one turn. */
export class ToolCallsStep implements OpenStep {
  readonly message = null;
  readonly #held: HeldRun;
  readonly #step: RunStep;
  readonly #calls: StepCall[];
  readonly #searchName: string | null;

  private constructor(held: HeldRun, step: RunStep, calls: StepCall[] = []) {
    this.#held = held;
    this.#step = step;
    this.#calls = calls;
    this.#searchName = fileSearchName(held.run);
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
  static resume(held: HeldRun, step: RunStep, searches: Searches | undefined): ToolCallsStep {
    return new ToolCallsStep(held, step, callsOf(step, searches, held.run));
  }

  get step(): RunStep {
    const ranking = rankingOf(this.#held.run);
    const calls = this.#calls.map((call) => toWireCall(call, ranking));
    return { ...this.#step, step_details: { type: 'tool_calls', tool_calls: calls } };
  }

  get calls(): readonly Readonly<StepCall>[] {
    return this.#calls;
  }

  get searches(): Searches | undefined {
    const searches = this.#calls.flatMap((call) =>
      call.type === 'file_search' ? [[call.id, { arguments: call.arguments, answer: call.answer }] as const] : [],
    );
    return searches.length === 0 ? undefined : Object.fromEntries(searches);
  }

  get showsContent(): boolean {
    return this.#held.state.showsContent ?? false;
  }

  /** Begins the next call. */
  open(id: string, name: string): void {
    this.complete();
    this.#held.emit(this.#add(id, name));
  }

  #add(id: string, name: string): LogEvent {
    const index = this.#calls.length;
    if (name !== this.#searchName) {
      this.#calls.push({ type: 'function', id, name, arguments: '', output: null });
      return functionCallDelta(this.#step.id, index, id, name);
    }
    this.#calls.push({ type: 'file_search', id, name, arguments: '', answer: null });
    return fileSearchDelta(this.#step.id, index, toStepToolCall(id, null, rankingOf(this.#held.run)));
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
    if (call.type === 'function') {
      this.#held.emit(functionArgumentsDelta(this.#step.id, this.#calls.length - 1, text));
    }
  }

  /** Records the result of a function that the server executed. */
  setOutput(id: string, output: string): void {
    const call = this.#calls.find((candidate) => candidate.id === id);
    if (call?.type === 'function') call.output = output;
  }

  /** Records what came of a search. */
  setAnswer(id: string, answer: SearchAnswer): void {
    const call = this.#calls.find((candidate) => candidate.id === id);
    if (call?.type === 'file_search') call.answer = answer;
  }

  /** The step as stored while results are missing: who finds it so knows that the calls were all there, and may have begun. @param usage - What the turn has cost; shown when the step ends. */
  save(usage: Usage): ReturnType<typeof writeStep<'put'>> {
    const { searches } = this;
    const state: StepState = searches ? { usage, searches } : { usage };
    return writeStep('put', this.step, state);
  }
}

/** The calls of a stored step. */
export function callsOf({ step_details: details }: RunStep, searches: Searches | undefined, run: Run): StepCall[] {
  if (details.type !== 'tool_calls') return [];
  return details.tool_calls.flatMap((call): StepCall[] => {
    if (call.type === 'function') return [{ type: call.type, id: call.id, ...call.function }];
    const search = searches?.[call.id];
    if (call.type !== 'file_search' || !search) return [];
    return [{ type: call.type, id: call.id, name: fileSearchName(run) ?? call.type, ...search }];
  });
}

/** What the model is told as the result of a call; `null` when there is none yet. */
export function outputOf(call: StepCall): string | null {
  if (call.type === 'function') return call.output;
  return call.answer && toToolOutput(call.answer);
}

/** The functions of a step whose results are missing. */
export function pendingCalls(step: RunStep): ToolCall[] {
  if (step.step_details.type !== 'tool_calls') return [];
  return step.step_details.tool_calls.flatMap((call) =>
    call.type === 'function' && call.function.output === null
      ? { id: call.id, type: call.type, function: { name: call.function.name, arguments: call.function.arguments } }
      : [],
  );
}

function rankingOf(run: Run): FileSearchRankingOptions {
  return fileSearchOf(run)?.file_search?.ranking_options ?? { score_threshold: 0 };
}

function toWireCall(call: StepCall, ranking: FileSearchRankingOptions): StepToolCall {
  if (call.type === 'file_search') return toStepToolCall(call.id, call.answer, ranking);
  const { id, name, arguments: text, output } = call;
  return { id, type: 'function', function: { name, arguments: text, output } };
}
