import type { ServerResponse } from 'node:http';
import { type EventStream, PING, type StreamedEvent, type ToFrame } from './event-stream.ts';

/** Unsent bytes from which a client counts as slow. */
const MAX_BUFFERED = 256 * 1024;
/** How long a client may read nothing at all while something waits for it, in ms; then it is given up. */
const MAX_STALL_MS = 60_000;

/** Writes to Node's response directly. What is written in one tick of the event loop leaves in one write. */
export class NodeEventStream implements EventStream {
  readonly #response: ServerResponse;
  readonly #toFrame: ToFrame;
  readonly #maxStallMs: number;
  #pending = '';

  /** @param maxStallMs - See {@link MAX_STALL_MS}. */
  constructor(
    response: ServerResponse,
    headers: Record<string, string>,
    toFrame: ToFrame,
    maxStallMs: number = MAX_STALL_MS,
  ) {
    this.#response = response;
    this.#toFrame = toFrame;
    this.#maxStallMs = maxStallMs;
    response.writeHead(200, headers);
  }

  write(events: readonly StreamedEvent[]): boolean {
    if (this.#pending === '') process.nextTick(this.#flush);
    for (const event of events) this.#pending += this.#toFrame(event);
    return this.#response.writableLength + this.#pending.length < MAX_BUFFERED;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#flush();
      const response = this.#response;
      if (!response.writableNeedDrain || response.destroyed) return resolve();
      const stall = setTimeout(() => response.destroy(), this.#maxStallMs);
      const settle = (): void => {
        clearTimeout(stall);
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.on('drain', settle).on('close', settle);
    });
  }

  ping(): void {
    if (this.#response.writableLength === 0) this.#response.write(PING);
  }

  end(): void {
    this.#flush();
    this.#response.end();
  }

  readonly #flush = (): void => {
    if (this.#pending === '') return;
    const bytes = this.#pending;
    this.#pending = '';
    if (!this.#response.destroyed) this.#response.write(bytes);
  };
}
