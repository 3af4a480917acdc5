import { EmbeddingError } from './embedding-error.ts';
import { normalise } from './normalise.ts';

/** A vector as endpoints send it: base64 of float32, little-endian, or figures. */
interface SentVector {
  readonly index?: unknown;
  readonly embedding?: unknown;
}

/**
 * The vectors of an answer, in the order of the texts, of length 1.
 *
 * @param title - The endpoint's name in errors.
 * @param expected - How many there are to be, and of how many dimensions; `undefined`: all of the same.
 * @throws {@link EmbeddingError} when the answer is not that.
 */
export function readVectors(
  title: string,
  body: unknown,
  expected: { readonly count: number; readonly dimensions: number | undefined },
): Float32Array[] {
  const wrong = (what: string): EmbeddingError => new EmbeddingError(`${title} ${what}.`, { retryable: false });
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw wrong('did not answer with a list of vectors. Is its base URL right?');
  if (data.length !== expected.count) throw wrong(`gave ${data.length} vectors for ${expected.count} texts`);
  const vectors = Array.from<Float32Array | undefined>({ length: expected.count });
  for (const [position, item] of (data as (SentVector | null)[]).entries()) {
    const index = typeof item?.index === 'number' ? item.index : position;
    const vector = readVector(item?.embedding);
    if (!vector) throw wrong('gave a vector that is none');
    if (!(index in vectors) || vectors[index]) throw wrong('numbers its vectors wrongly');
    vectors[index] = vector;
  }
  const dimensions = expected.dimensions ?? vectors[0]?.length;
  return (vectors as Float32Array[]).map((vector) => {
    if (vector.length !== dimensions)
      throw wrong(`gave a vector of ${vector.length} dimensions where ${dimensions} are expected`);
    return normalise(vector);
  });
}

/** `null` for what is no vector of finite numbers. */
function readVector(embedding: unknown): Float32Array | null {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : fromFigures(embedding);
  return vector && vector.length > 0 && vector.every(Number.isFinite) ? vector : null;
}

function fromBase64(text: string): Float32Array | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0) return null;
  // A copy begins where numbers may begin.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function fromFigures(value: unknown): Float32Array | null {
  return Array.isArray(value) && value.every((each) => typeof each === 'number') ? Float32Array.from(value) : null;
}
