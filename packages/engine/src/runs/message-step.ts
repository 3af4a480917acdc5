import type { FileCitationAnnotation, Message, MessageContent, RunStep } from '@cogitator-ai/openai-protocol';
import type { LogEvent } from '@cogitator-ai/openai-storage';
import { type EngineContext, unixSeconds } from '../engine-context.ts';
import type { Citations } from '../file-search/citations.ts';
import { CitedText } from '../file-search/cited-text.ts';
import { writeMessage } from '../messages/build-message.ts';
import { buildStep, writeStep } from '../run-steps/build-step.ts';
import { GrowingText } from './growing-text.ts';
import type { HeldRun } from './held-run.ts';
import type { OpenStep } from './open-step.ts';
import { createMessageDeltas } from './run-events.ts';

interface Part {
  readonly type: 'text' | 'refusal';
  readonly delta: ReturnType<typeof createMessageDeltas>;
  readonly text: GrowingText;
  readonly annotations: FileCitationAnnotation[];
}

/** A message that is being written, and its step. */
export interface OpenMessage {
  readonly step: RunStep;
  readonly message: Message;
}

/** A step in which the model writes a message. */
export class MessageStep implements OpenStep {
  readonly step: RunStep;
  readonly #held: HeldRun;
  readonly #message: Message;
  readonly #parts: Part[] = [];
  /** `null`: there is nothing that could be cited. */
  readonly #cited: CitedText | null;

  private constructor(held: HeldRun, step: RunStep, message: Message, citations: Citations) {
    this.step = step;
    this.#held = held;
    this.#message = message;
    this.#cited = citations.isEmpty ? null : new CitedText((search, chunk) => citations.findFile(search, chunk));
  }

  /** Stores a step and its still empty message, and tells of them and of the first text: no message is without a delta. */
  static open(
    context: EngineContext,
    held: HeldRun,
    citations: Citations,
    type: 'text' | 'refusal',
    text: string,
  ): MessageStep {
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
    const opened = new MessageStep(held, buildStep(context, run, details), message, citations);
    const step = writeStep('insert', opened.step);
    const insertion = writeMessage('insert', message);
    const deltas = opened.#add(type, text);
    held.write(
      [step, insertion],
      [
        { event: 'thread.run.step.created', data: step.body },
        { event: 'thread.run.step.in_progress', data: step.body },
        { event: 'thread.message.created', data: insertion.body },
        { event: 'thread.message.in_progress', data: insertion.body },
        ...(deltas.length === 0 ? [opened.#tell(type, '')] : deltas),
      ],
    );
    return opened;
  }

  /** Goes on with a message that another process was writing, behind what was told of it. */
  static resume(held: HeldRun, { step, message }: OpenMessage, citations: Citations): MessageStep {
    const resumed = new MessageStep(held, step, { ...message, content: [] }, citations);
    for (const [index, content] of message.content.entries()) {
      if (content.type !== 'text' && content.type !== 'refusal') continue;
      const { type } = content;
      const value = content.type === 'text' ? content.text.value : content.refusal;
      const annotations = content.type === 'text' ? content.text.annotations : [];
      resumed.#parts.push({
        type,
        delta: createMessageDeltas(message.id, index, type, { begun: true }),
        text: new GrowingText(value),
        annotations: annotations.filter((annotation) => annotation.type === 'file_citation'),
      });
    }
    return resumed;
  }

  get message(): Message {
    return { ...this.#message, content: this.#parts.map(toContent) };
  }

  /** All text so far, refusals included: what the model has said in this step. */
  get text(): string {
    return this.#parts.map(({ text }) => text.toString()).join('');
  }

  /** Adds to the last part of this type; another type begins another part. */
  append(type: 'text' | 'refusal', text: string): void {
    if (!this.#cited) this.#held.emit(this.#tell(type, text));
    else for (const delta of this.#add(type, text)) this.#held.emit(delta);
  }

  /** To be called when nothing follows: tells what was held back because it might have become a marker. */
  complete(): void {
    for (const delta of this.#tellHeld()) this.#held.emit(delta);
  }

  #add(type: 'text' | 'refusal', text: string): LogEvent[] {
    if (type === 'text' && this.#cited)
      return this.#cited.push(text).map((piece) => this.#tell(type, piece.text, piece.fileId));
    return [...this.#tellHeld(), this.#tell(type, text)];
  }

  #tellHeld(): LogEvent[] {
    return this.#cited?.end().map((piece) => this.#tell('text', piece.text)) ?? [];
  }

  #tell(type: 'text' | 'refusal', text: string, fileId: string | null = null): LogEvent {
    let part = this.#parts.at(-1);
    if (part?.type !== type) {
      part = {
        type,
        delta: createMessageDeltas(this.#message.id, this.#parts.length, type),
        text: new GrowingText(),
        annotations: [],
      };
      this.#parts.push(part);
    }
    const start = part.text.length;
    part.text.add(text);
    if (fileId === null) return part.delta(text);
    const annotation: FileCitationAnnotation = {
      type: 'file_citation',
      text,
      start_index: start,
      end_index: part.text.length,
      file_citation: { file_id: fileId },
    };
    return part.delta(text, { index: part.annotations.push(annotation) - 1, annotation });
  }
}

function toContent({ type, text, annotations }: Part): MessageContent {
  const value = text.toString();
  // Both change while the message is written.
  return type === 'text' ? { type, text: { value, annotations: [...annotations] } } : { type, refusal: value };
}
