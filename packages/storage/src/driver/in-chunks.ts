/** The same bytes in chunks of one size; the last may be smaller. However small those of the source are, no more is held. */
export async function* inChunks(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let chunk: Buffer = Buffer.alloc(0);
  let length = 0;
  for await (let part of content) {
    while (part.length > 0) {
      const fitting = part.subarray(0, size - length);
      if (length + fitting.length > chunk.length) chunk = enlarge(chunk, length + fitting.length, size);
      // A copy: the source may use its buffer again.
      chunk.set(fitting, length);
      length += fitting.length;
      part = part.subarray(fitting.length);
      if (length < size) continue;
      yield chunk;
      chunk = Buffer.alloc(0);
      length = 0;
    }
  }
  if (length > 0) yield chunk.subarray(0, length);
}

/** The same bytes with room for more: at least twice as much as before, and never more than `size`. */
function enlarge(chunk: Buffer, needed: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(size, Math.max(needed, 2 * chunk.length)));
  chunk.copy(larger);
  return larger;
}
