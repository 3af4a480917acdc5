/** More than so many are copied as a whole, for which an object is made. */
const MIN_COPIED = 64;

/** 32-bit numbers that become more. */
export class GrowingWords {
  #words = new Uint32Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Those that there are, until more are added. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.#length);
  }

  /** Adds those between two positions of an array. */
  add(from: Uint32Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#words.length) {
      const words = new Uint32Array(Math.max(length, this.#words.length * 2));
      words.set(this.words);
      this.#words = words;
    }
    if (end - start > MIN_COPIED) this.#words.set(from.subarray(start, end), this.#length);
    else for (let at = start, to = this.#length; at < end; at++, to++) this.#words[to] = from[at] as number;
    this.#length = length;
  }
}
