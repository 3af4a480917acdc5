/** A piece of a file's text. */
export interface Chunk {
  readonly text: string;
  /** How much of its beginning the chunk before ended with, in UTF-16 units. */
  readonly repeated: number;
}
