import { FileFailure } from './file-failure.ts';
import { isPdf, isZip } from './sniff.ts';

/** Largest file that has nothing but text in it, in bytes. */
const MAX_TEXT_BYTES = 64 * 2 ** 20;
/** How much of a file says what it is, in bytes. */
const START_BYTES = 1024;

/**
 * Reads a file into a buffer of its own, but no further than it can be used.
 *
 * @param file.bytes - Its size, which the content is held to.
 * @throws `FileFailure` when it is too large.
 */
export async function readInput(
  input: AsyncIterable<Uint8Array>,
  { extension, bytes }: { extension: string; bytes: number },
): Promise<Buffer<ArrayBuffer>> {
  const file = Buffer.from(new ArrayBuffer(bytes));
  let length = 0;
  for await (const part of input) {
    if (length + part.length > bytes) throw new FileFailure('tooLarge');
    file.set(part, length);
    length += part.length;
    if (bytes > MAX_TEXT_BYTES && length >= START_BYTES && !isPdf(extension, file) && !isZip(file)) {
      throw new FileFailure('tooLarge');
    }
  }
  return file.subarray(0, length);
}
