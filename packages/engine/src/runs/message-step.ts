import type { Message, MessageContent, RunStep } from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import { writeMessage } from '../messages/build-message.ts';
import { buildStep, writeStep } from '../run-steps/build-step.ts';
import type { HeldRun } from './held-run.ts';
import type { OpenStep } from './open-step.ts';
import { createMessageDeltas } from './run-events.ts';

interface Part {
  readonly type: 'text' | 'refusal';
  readonly delta: (text: string) => LogEvent;
  value: string;
}

/** A step in which the model writes a message. */
export class MessageStep implements OpenStep {
  readonly step: RunStep;
  readonly #held: HeldRun;
  readonly #message: Message;
  readonly #parts: Part[] = [];

  private constructor(held: HeldRun, step: RunStep, message: Message) {
    this.step = step;
    this.#held = held;
    this.#message = message;
  }

  /** Stores a step and its still empty message, and tells of them and of the first text: no message is without a delta. */
  static open(context: EngineContext, held: HeldRun, type: 'text' | 'refusal', text: string): MessageStep {
    const { run } = held;
    const message: Message = {
      id: context.ids.create('message'),
      object: 'thread.message',
      created_at: unixSeconds(),
      thread_id: run.thread_id,
      status: 'in_progress',
      incomplete_details: null,
      completed_at: null,
      incomplete_at: null,
      role: 'assistant',
      content: [],
      assistant_id: run.assistant_id,
      run_id: run.id,
      attachments: [],
      metadata: {},
    };
    const details = { type: 'message_creation', message_creation: { message_id: message.id } } as const;
    const opened = new MessageStep(held, buildStep(context, run, details), message);
    const step = writeStep('insert', opened.step);
    const insertion = writeMessage('insert', message);
    held.write(
      [step, insertion],
      [
        { event: 'thread.run.step.created', data: step.body },
        { event: 'thread.run.step.in_progress', data: step.body },
        { event: 'thread.message.created', data: insertion.body },
        { event: 'thread.message.in_progress', data: insertion.body },
        opened.#add(type, text),
      ],
    );
    return opened;
  }

  /** Goes on with a message that another process was writing, behind what was told of it. */
  static resume(held: HeldRun, step: RunStep, message: Message): MessageStep {
    const resumed = new MessageStep(held, step, { ...message, content: [] });
    for (const [index, content] of message.content.entries()) {
      if (content.type !== 'text' && content.type !== 'refusal') continue;
      const { type } = content;
      const value = content.type === 'text' ? content.text.value : content.refusal;
      resumed.#parts.push({ type, delta: createMessageDeltas(message.id, index, type, { begun: true }), value });
    }
    return resumed;
  }

  get message(): Message {
    return { ...this.#message, content: this.#parts.map(toContent) };
  }

  /** All text so far, refusals included: what the model has said in this step. */
  get text(): string {
    return this.#parts.map(({ value }) => value).join('');
  }

  /** Adds to the last part of this type; another type begins another part. */
  append(type: 'text' | 'refusal', text: string): void {
    this.#held.emit(this.#add(type, text));
  }

  #add(type: 'text' | 'refusal', text: string): LogEvent {
    let part = this.#parts.at(-1);
    if (part?.type !== type) {
      part = { type, delta: createMessageDeltas(this.#message.id, this.#parts.length, type), value: '' };
      this.#parts.push(part);
    }
    part.value += text;
    return part.delta(text);
  }
}

function toContent({ type, value }: Part): MessageContent {
  return type === 'text' ? { type, text: { value, annotations: [] } } : { type, refusal: value };
}
