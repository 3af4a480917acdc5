import { SegmentError } from './segments/segment-error.ts';

/** Reads a stream of bytes in portions of the reader's choice. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param signal - Its reason is thrown when it is aborted, also while the stream is silent. */
  constructor(content: AsyncIterable<Uint8Array>, signal?: AbortSignal) {
    this.#iterator = content[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Whether nothing follows; waits for what comes next. */
  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#next();
      if (done) return true;
      this.#rest = value;
    }
    return false;
  }

  /**
   * The next bytes as they come, so many altogether.
   *
   * @throws {@link SegmentError} when the stream ends before.
   */
  async *parts(bytes: number): AsyncGenerator<Uint8Array, void, void> {
    let left = bytes;
    while (left > 0) {
      if (this.#rest.length === 0 && (await this.isAtEnd())) throw new SegmentError('The segment is cut off.');
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /**
   * The next bytes in one piece. Memory is taken as they come, not as they are asked for.
   *
   * @throws {@link SegmentError} when the stream ends before.
   */
  async read(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    for await (const part of this.parts(bytes)) parts.push(part);
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Gives the stream up. Not waited for: one that is silent may never answer. */
  close(): void {
    this.#iterator.return?.().catch(() => {});
  }

  #next(): Promise<IteratorResult<Uint8Array, unknown>> {
    const signal = this.#signal;
    if (!signal) return this.#iterator.next();
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const settled = (): void => signal.removeEventListener('abort', abort);
      this.#iterator.next().then(resolve, reject).finally(settled);
    });
  }
}
