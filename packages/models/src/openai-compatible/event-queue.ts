import { ModelError, type ModelEvent } from '@cogitator-ai/openai-engine';

/** So many events wait before the source is asked to pause. */
const HIGH_WATER_MARK = 256;

/** What fills an {@link EventQueue}. */
export interface EventSource {
  pause(): void;
  resume(): void;
  /** The queue takes no more events. @param isComplete - Whether the turn reached its own end. Called once. */
  closed(isComplete: boolean): void;
}

/**
 * The events of one turn: pushed by the connection, pulled by one reader. An event costs one promise, where an async
 * generator over the body costs several: 15 instead of 19 µs per token in all, at 50 tokens/s.
 *
 * Once the signal is aborted the reader gets nothing but a `ModelError` `aborted`, whatever has arrived.
 */
export class EventQueue implements AsyncIterableIterator<ModelEvent, undefined> {
  readonly #source: EventSource;
  readonly #signal: AbortSignal;
  #events: ModelEvent[] = [];
  /** Events before this one have been read. */
  #head = 0;
  #isPaused = false;
  #isClosed = false;
  #error: unknown = null;
  #reader: PromiseWithResolvers<IteratorResult<ModelEvent, undefined>> | null = null;

  constructor(source: EventSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#abort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Adds an event; does nothing once closed. */
  push(event: ModelEvent): void {
    if (this.#isClosed) return;
    if (this.#reader) {
      const { resolve } = this.#reader;
      this.#reader = null;
      resolve({ value: event, done: false });
      return;
    }
    this.#events.push(event);
    if (!this.#isPaused && this.#events.length - this.#head >= HIGH_WATER_MARK) {
      this.#isPaused = true;
      this.#source.pause();
    }
  }

  /** Nothing follows. */
  end(): void {
    if (this.#close(true)) this.#reader?.resolve({ value: undefined, done: true });
  }

  /** The reader gets what waits, then the error. */
  fail(error: unknown): void {
    if (!this.#close(false)) return;
    if (this.#reader) this.#reader.reject(error);
    else this.#error = error;
  }

  next(): Promise<IteratorResult<ModelEvent, undefined>> {
    const event = this.#events[this.#head];
    if (event) {
      if (this.#signal.aborted) {
        this.#discard();
        return Promise.reject(aborted());
      }
      this.#head++;
      if (this.#head === this.#events.length) this.#drained();
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#error !== null) {
      const error = this.#error;
      this.#error = null;
      return Promise.reject(error);
    }
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  return(): Promise<IteratorResult<ModelEvent, undefined>> {
    this.#discard();
    this.#error = null;
    if (this.#close(false)) this.#reader?.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  readonly #abort = (): void => {
    this.#discard();
    this.fail(aborted());
  };

  /** Whether the queue was still open. */
  #close(isComplete: boolean): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#source.closed(isComplete);
    return true;
  }

  #drained(): void {
    this.#discard();
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#source.resume();
  }

  #discard(): void {
    this.#events = [];
    this.#head = 0;
  }
}

function aborted(): ModelError {
  return new ModelError('aborted', 'The model call was stopped.');
}
