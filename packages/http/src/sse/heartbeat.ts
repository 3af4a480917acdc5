import type { EventSink } from '@cogitator-ai/openai-engine';
import type { EventStream, StreamedEvent } from './event-stream.ts';

/** Sends a comment to streams that were silent for a whole interval. One timer serves all of them. */
export class Heartbeat {
  readonly #intervalMs: number;
  readonly #sinks = new Set<BeatingSink>();
  #timer: NodeJS.Timeout | null = null;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add(stream: EventStream): BeatingSink {
    const sink = new BeatingSink(stream);
    this.#sinks.add(sink);
    this.#timer ??= setInterval(() => this.#beat(), this.#intervalMs).unref();
    return sink;
  }

  delete(sink: BeatingSink): void {
    this.#sinks.delete(sink);
    if (this.#sinks.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #beat(): void {
    for (const sink of this.#sinks) sink.beat();
  }
}

/** A sink that remembers whether anything was written since the last beat. */
class BeatingSink implements EventSink {
  readonly #stream: EventStream;
  #silent = false;

  constructor(stream: EventStream) {
    this.#stream = stream;
  }

  write(events: readonly StreamedEvent[]): boolean {
    this.#silent = false;
    return this.#stream.write(events);
  }

  drained(): Promise<void> {
    return this.#stream.drained();
  }

  beat(): void {
    if (this.#silent) this.#stream.ping();
    this.#silent = true;
  }
}
