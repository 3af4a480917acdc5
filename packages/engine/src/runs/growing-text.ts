/** Pieces that are kept apart before they are joined. */
const MAX_PIECES = 256;

/**
 * A text that grows by small pieces. A string that is added to remembers all of its parts, which take several times the memory of
 * the text; here only the last ones are kept apart.
 */
export class GrowingText {
  readonly #pieces: string[];
  #length: number;

  constructor(beginning = '') {
    this.#pieces = [beginning];
    this.#length = beginning.length;
  }

  /** In UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  add(piece: string): void {
    this.#length += piece.length;
    if (this.#pieces.push(piece) > MAX_PIECES) this.toString();
  }

  toString(): string {
    const whole = this.#pieces.join('');
    this.#pieces.splice(0, Infinity, whole);
    return whole;
  }
}
