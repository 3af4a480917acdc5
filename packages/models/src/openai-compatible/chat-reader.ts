import { ModelError, type ModelEvent } from '@cogitator-ai/openai-engine';
import { createParser } from 'eventsource-parser';
import { ChatStream } from './chat-stream.ts';

/** Longest single event of a stream, in UTF-16 units. */
const MAX_EVENT_SIZE = 8 * 2 ** 20;

/** Reads the bytes of a streamed completion. */
export class ChatReader {
  readonly #provider: string;
  readonly #stream: ChatStream;
  readonly #decoder = new TextDecoder();
  readonly #parser;
  #events: ModelEvent[] = [];
  #ended = false;

  constructor(provider: string) {
    this.#provider = provider;
    this.#stream = new ChatStream(provider);
    const emit = (event: ModelEvent): void => {
      this.#events.push(event);
    };
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_SIZE,
      onEvent: ({ data }) => {
        if (data === '[DONE]') this.#ended = true;
        else if (!this.#ended) this.#stream.read(data, emit);
      },
      onError: ({ type }) => {
        if (type !== 'max-buffer-size-exceeded') return;
        throw new ModelError(
          'invalid_response',
          `${provider} sent an event of more than ${MAX_EVENT_SIZE} characters.`,
        );
      },
    });
  }

  /** Whether the provider has said that nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The events a piece of the body completes, in order; then throws `ModelError` if the rest is not what was promised. */
  *read(chunk: Uint8Array): Generator<ModelEvent> {
    let failure: { error: unknown } | null = null;
    try {
      this.#parser.feed(this.#decoder.decode(chunk, { stream: true }));
    } catch (error) {
      failure = { error };
    }
    yield* this.#take();
    if (failure) throw failure.error;
  }

  /** The last events. @throws `ModelError` when the answer was cut off: it must not pass for a whole one. */
  end(): ModelEvent[] {
    if (!this.#ended && !this.#stream.finished) {
      throw new ModelError('unavailable', `${this.#provider} broke off its answer.`);
    }
    this.#stream.finish((event) => this.#events.push(event));
    return this.#take();
  }

  #take(): ModelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
