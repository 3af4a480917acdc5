/** What comes to a process, in pieces of its choice. */
export class Input {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#parts = source[Symbol.asyncIterator]();
  }

  /**
   * The next bytes in a buffer of their own, so many exactly; `null`: the input has ended before them.
   *
   * @param onPart - Told how much of the buffer is there, whenever there is more.
   * @throws when the input ends in the midst of them.
   */
  async take(
    bytes: number,
    onPart?: (buffer: Buffer<ArrayBuffer>, length: number) => void,
  ): Promise<Buffer<ArrayBuffer> | null> {
    const buffer = Buffer.from(new ArrayBuffer(bytes));
    for (let length = 0; length < bytes;) {
      if (this.#rest.length === 0) {
        const next = await this.#parts.next();
        if (next.done && length === 0) return null;
        if (next.done) throw new Error('The input has ended early.');
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, bytes - length);
      this.#rest = this.#rest.subarray(part.length);
      buffer.set(part, length);
      length += part.length;
      onPart?.(buffer, length);
    }
    return buffer;
  }
}
