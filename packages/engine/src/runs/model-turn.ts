import type { Usage } from '@cogitator-ai/openai-protocol';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { Citations } from '../file-search/citations.ts';
import { ModelError, type ModelEvent, type ModelFinishReason, type ModelRequest } from '../ports/model-port.ts';
import type { HeldRun } from './held-run.ts';
import { MessageStep } from './message-step.ts';
import { endOpenStep, type OpenStep } from './open-step.ts';
import { ToolCallsStep } from './tool-calls-step.ts';
import { NO_USAGE, toUsage } from './usage.ts';

/** What a model did in its turn. */
export interface TurnResult {
  readonly finishReason: ModelFinishReason;
  readonly usage: Usage;
  /** What the model said, or `null`. */
  readonly text: string | null;
  /** The step that is left to be ended: the calls, else the message. */
  readonly step: MessageStep | ToolCallsStep;
}

export interface ModelTurnOptions {
  /** Ids of calls of this run, which must stay apart. */
  usedCallIds: Set<string>;
  /** What the model may cite. */
  citations: Citations;
  /** Told of each step when it opens; it then is the only open one. */
  onOpen: (step: OpenStep) => void;
  /** The message that the turn goes on with. Default none. */
  begun?: MessageStep | null;
}

/**
 * One turn of the model, written into steps and events while it arrives: what it says becomes a message, what it calls
 * becomes a step of tool calls after it.
 */
export class ModelTurn {
  readonly #context: EngineContext;
  readonly #held: HeldRun;
  readonly #usedCallIds: Set<string>;
  readonly #citations: Citations;
  readonly #onOpen: (step: OpenStep) => void;
  #message: MessageStep | null;
  #toolCalls: ToolCallsStep | null = null;
  /** Whether the call that is arriving is one too many. */
  #skipping = false;
  /** White space before anything else; models that only call tools often begin with some. */
  #leadingSpace = '';

  constructor(
    context: EngineContext,
    held: HeldRun,
    { usedCallIds, citations, onOpen, begun = null }: ModelTurnOptions,
  ) {
    this.#context = context;
    this.#held = held;
    this.#usedCallIds = usedCallIds;
    this.#citations = citations;
    this.#onOpen = onOpen;
    this.#message = begun;
  }

  /** @throws `ModelError` when the model fails; whatever stopped the run, when it is stopped. */
  async play(request: ModelRequest, signal: AbortSignal): Promise<TurnResult> {
    for await (const event of this.#context.models.stream(request, { signal })) {
      if (event.type === 'finish') return this.#finish(event);
      this.#take(event);
      if (this.#held.congested) await this.#held.settled();
    }
    throw new ModelError('invalid_response', `The model '${request.model}' ended its answer without a reason.`);
  }

  #take(event: Exclude<ModelEvent, { type: 'finish' }>): void {
    switch (event.type) {
      case 'text':
        return this.#say('text', event.text);
      case 'refusal':
        return this.#say('refusal', event.text);
      case 'reasoning':
        return;
      case 'tool-call':
        return this.#openCall(event.id, event.name);
      case 'tool-call-arguments':
        if (!this.#skipping) this.#toolCalls?.appendArguments(event.text);
        return;
    }
  }

  #say(type: 'text' | 'refusal', text: string): void {
    // Steps follow one another, so what a model says after its calls has no place any more.
    if (this.#toolCalls || text === '') return;
    if (!this.#message) {
      this.#leadingSpace += text;
      if (this.#leadingSpace.trim() === '') return;
      this.#openMessage(type, this.#leadingSpace);
    } else {
      this.#message.append(type, text);
    }
  }

  #openCall(proposedId: string | null, name: string): void {
    // Not every model heeds the wish for one call at a time.
    this.#skipping = !this.#held.run.parallel_tool_calls && this.#toolCalls !== null;
    if (this.#skipping) return;
    // Some providers accept only ids of their own form, so theirs is kept wherever it can be.
    const id = proposedId && !this.#usedCallIds.has(proposedId) ? proposedId : this.#context.ids.create('tool_call');
    this.#usedCallIds.add(id);
    if (this.#toolCalls) return this.#toolCalls.open(id, name);
    if (this.#message) this.#endMessage(this.#message);
    this.#toolCalls = ToolCallsStep.open(this.#context, this.#held, id, name);
    this.#onOpen(this.#toolCalls);
  }

  /** Ends the message before the calls of the same turn; the turn's usage goes to the calls. */
  #endMessage(message: MessageStep): void {
    message.complete();
    const { writes, events } = endOpenStep(message, { status: 'completed' }, NO_USAGE, unixSeconds());
    this.#held.write(writes, events);
  }

  #openMessage(type: 'text' | 'refusal', text: string): MessageStep {
    this.#message = MessageStep.open(this.#context, this.#held, this.#citations, type, text);
    this.#onOpen(this.#message);
    return this.#message;
  }

  #finish({ reason, usage }: Extract<ModelEvent, { type: 'finish' }>): TurnResult {
    this.#toolCalls?.complete();
    if (!this.#toolCalls) this.#message?.complete();
    let step = this.#toolCalls ?? this.#message;
    if (!step) {
      // SDKs expect at least one delta for each message, also for an empty one.
      step = this.#openMessage('text', this.#leadingSpace);
    }
    return { finishReason: reason, usage: toUsage(usage), text: this.#message?.text ?? null, step };
  }
}
