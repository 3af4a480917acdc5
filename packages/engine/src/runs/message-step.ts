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

  /** Stores the step and its still empty message, and tells of them and of the first text: no message is without a delta. */
  constructor(context: EngineContext, held: HeldRun, type: 'text' | 'refusal', text: string) {
    const { run } = held;
    this.#held = held;
    this.#message = {
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
    this.step = buildStep(context, run, {
      type: 'message_creation',
      message_creation: { message_id: this.#message.id },
    });
    const step = writeStep('insert', this.step);
    const message = writeMessage('insert', this.#message);
    held.write(
      [step, message],
      [
        { event: 'thread.run.step.created', data: step.body },
        { event: 'thread.run.step.in_progress', data: step.body },
        { event: 'thread.message.created', data: message.body },
        { event: 'thread.message.in_progress', data: message.body },
        this.#add(type, text),
      ],
    );
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
