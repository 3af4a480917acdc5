/** The same bytes in chunks of one size; the last may be smaller. */
export async function* inChunks(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (let chunk of content) {
    while (length + chunk.length >= size) {
      const fitting = size - length;
      yield Buffer.concat([...parts, chunk.subarray(0, fitting)], size);
      chunk = chunk.subarray(fitting);
      parts = [];
      length = 0;
    }
    // A copy: the source may use its buffer again.
    if (chunk.length > 0) parts.push(Uint8Array.from(chunk));
    length += chunk.length;
  }
  if (length > 0) yield Buffer.concat(parts, length);
}
