import { type EventStream, PING, type StreamedEvent, type ToFrame } from './event-stream.ts';

/** Unsent bytes from which a client counts as slow. */
const MAX_BUFFERED = 256 * 1024;

/** Writes to a web stream, for runtimes other than Node. */
export class WebEventStream implements EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #wake: () => void = () => {};
  #ended = false;

  readonly #toFrame: ToFrame;

  /** @param onCancel - Called when the client is gone. */
  constructor(toFrame: ToFrame, onCancel: () => void) {
    this.#toFrame = toFrame;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => {
          this.#ended = true;
          this.#wake();
          onCancel();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_BUFFERED }),
    );
  }

  write(events: readonly StreamedEvent[]): boolean {
    this.#send(events.map(this.#toFrame).join(''));
    return this.#hasRoom();
  }

  drained(): Promise<void> {
    if (this.#ended || this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  ping(): void {
    this.#send(PING);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#controller.close();
  }

  #hasRoom(): boolean {
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  #send(text: string): void {
    if (!this.#ended) this.#controller.enqueue(this.#encoder.encode(text));
  }
}
