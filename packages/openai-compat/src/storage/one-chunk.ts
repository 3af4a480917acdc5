/** Content that is there already, in the form in which it would arrive. */
export async function* oneChunk(content: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  if (content.byteLength > 0) yield await Promise.resolve(content);
}
