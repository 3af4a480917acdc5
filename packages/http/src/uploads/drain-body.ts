/** Most that is still read, in bytes, and for how long, in ms. */
const MAX_BYTES = 64 * 2 ** 20;
const MAX_MS = 5000;

/**
 * Reads what is left of the body of a request that is refused. A client that is answered and cut off while it sends may not get
 * to read the answer, and may have sent its next request on the same connection. Never rejects.
 */
export async function drainBody(body: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const limit = setTimeout(() => void body.cancel().catch(() => {}), MAX_MS);
  try {
    for (let bytes = 0; bytes <= MAX_BYTES;) {
      const { done, value } = await body.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await body.cancel();
  } catch {
    // The client is gone.
  } finally {
    clearTimeout(limit);
  }
}
