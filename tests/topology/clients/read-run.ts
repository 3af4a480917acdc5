import type { Message } from '@cogitator-ai/openai-protocol';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { textOf } from './texts.ts';

/** What a client has of a run's events. */
export class Reading {
  runId: string | null = null;
  text = '';
  /** Texts of messages that were told to be complete, by their ids. */
  readonly completed = new Map<string, string>();
  /** Messages that were begun. */
  readonly created: string[] = [];
  /** The run's status as told last. */
  status: string | null = null;
  /** Number of the latest event, where the stream numbers them. */
  lastId: number | null = null;
  isDone = false;
  /** Errors that streams ended with. */
  readonly errors: string[] = [];
  /** Time of each delta, by `performance.now()`. */
  readonly arrivals: number[] = [];

  /** Reads a stream to its end, whether it is complete or breaks. */
  async read(response: Response): Promise<void> {
    const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    try {
      for await (const { event, data, id } of events) {
        if (id !== undefined) this.lastId = Number(id);
        this.#take(event ?? '', data);
      }
    } catch {
      // It broke off.
    }
  }

  /** Forgets what was read: the next stream begins with the first event. */
  restart(): void {
    this.text = '';
    this.created.length = 0;
    this.completed.clear();
  }

  #take(event: string, data: string): void {
    if (event === 'done') {
      this.isDone = true;
      return;
    }
    const object = JSON.parse(data);
    if (event === 'error') this.errors.push(String(object.message ?? object.error?.message));
    else if (event.startsWith('thread.run.') && !event.startsWith('thread.run.step')) {
      this.runId = object.id as string;
      this.status = object.status as string;
    } else if (event === 'thread.message.created') this.created.push(object.id as string);
    else if (event === 'thread.message.delta') {
      this.arrivals.push(performance.now());
      for (const part of object.delta.content) this.text += part.text?.value ?? '';
    } else if (event === 'thread.message.completed') {
      this.completed.set(object.id as string, textOf(object as Message));
    }
  }
}
