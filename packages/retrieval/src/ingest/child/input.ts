/** What comes to a process, in pieces of its choice. */
export class Input {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#parts = source[Symbol.asyncIterator]();
  }

  /** The next bytes, at least one and at most so many; `null`: nothing more comes. */
  async take(most: number): Promise<Uint8Array | null> {
    while (this.#rest.length === 0) {
      const next = await this.#parts.next();
      if (next.done) return null;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  /**
   * The next bytes in a buffer of their own, so many exactly; `null`: nothing comes.
   *
   * @param onPart - Told how much of the buffer is there, whenever there is more.
   * @throws when less comes.
   */
  async takeAll(
    bytes: number,
    onPart?: (buffer: Buffer<ArrayBuffer>, length: number) => void,
  ): Promise<Buffer<ArrayBuffer> | null> {
    const buffer = Buffer.from(new ArrayBuffer(bytes));
    for (let length = 0; length < bytes;) {
      const part = await this.take(bytes - length);
      if (part === null && length === 0) return null;
      if (part === null) throw new Error('The input has ended early.');
      buffer.set(part, length);
      length += part.length;
      onPart?.(buffer, length);
    }
    return buffer;
  }
}
