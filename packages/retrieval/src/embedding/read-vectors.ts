import { EmbeddingError } from './embedder.ts';

/**
 * The vectors of an answer, in the order of the texts, of length 1. Base64 of float32 was asked for; not every endpoint knows it.
 *
 * @param dimensions - What was asked for. Default whatever they have, all the same.
 * @throws {@link EmbeddingError} when the answer is not that.
 */
export function readVectors(body: unknown, count: number, dimensions: number | undefined): Float32Array[] {
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data) || data.length !== count) throw wrong(`${count} vectors were asked for`);
  const vectors = Array.from<Float32Array | undefined>({ length: count });
  for (const [position, item] of (data as { index?: unknown; embedding?: unknown }[]).entries()) {
    const index = typeof item.index === 'number' ? item.index : position;
    vectors[index] = normalize(readVector(item.embedding));
  }
  const expected = dimensions ?? vectors[0]?.length;
  for (const vector of vectors) {
    if (!vector) throw wrong('a vector is missing');
    if (vector.length === 0 || vector.length !== expected) throw wrong(`they have other dimensions`);
  }
  return vectors as Float32Array[];
}

function readVector(embedding: unknown): Float32Array {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64');
    // A copy begins where numbers may begin.
    return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
  }
  if (Array.isArray(embedding) && embedding.every((each) => typeof each === 'number'))
    return Float32Array.from(embedding);
  throw wrong('a vector is none');
}

function normalize(vector: Float32Array): Float32Array {
  let square = 0;
  for (const each of vector) square += each * each;
  if (!Number.isFinite(square)) throw wrong('a vector has no length');
  const length = Math.sqrt(square);
  return length === 0 ? vector : vector.map((each) => each / length);
}

function wrong(what: string): EmbeddingError {
  return new EmbeddingError(`The embeddings endpoint answered something else: ${what}.`, { retryable: false });
}
