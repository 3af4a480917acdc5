import type { Turns } from '../search/turns.ts';
import { SegmentError } from './segment-error.ts';
import { MAX_DIMENSIONS, strideOf } from './segment-layout.ts';

/** A value of a vector is a whole number up to this, times the vector's scale; its high byte is then at most 127. */
const LARGEST = 127 * 256;

/**
 * Vectors with 16 bits for each value, the high and the low byte apart: a scan reads the high ones alone, and the low ones of those
 * that are near make their similarities exact to the fifth digit.
 */
export interface QuantisedVectors {
  /** Greater than 0. */
  readonly dimensions: number;
  /** What a vector's whole numbers are multiplied by. */
  readonly scales: Float32Array;
  /** Rows of `strideOf(dimensions)` bytes, rounded, so that what is left for `low` is -128 to 127. */
  readonly high: Int8Array;
  readonly low: Int8Array;
}

/**
 * @param vectors - At least one, all of the same length, normalised.
 * @throws {@link SegmentError} when they are not of one length, or have none, or values that are no numbers.
 */
export async function quantiseVectors(vectors: readonly Float32Array[], turns: Turns): Promise<QuantisedVectors> {
  const dimensions = vectors[0]?.length ?? 0;
  if (dimensions === 0 || dimensions > MAX_DIMENSIONS)
    throw new SegmentError(`The vectors have ${dimensions} dimensions, not 1 to ${MAX_DIMENSIONS}.`);
  const stride = strideOf(dimensions);
  const scales = new Float32Array(vectors.length);
  const high = new Int8Array(vectors.length * stride);
  const low = new Int8Array(vectors.length * stride);
  for (const [row, vector] of vectors.entries()) {
    if (turns.isOver()) await turns.next();
    if (vector.length !== dimensions) throw new SegmentError('The vectors are not of one length.');
    const scale = Math.fround(largestOf(vector) / LARGEST);
    if (!Number.isFinite(scale)) throw new SegmentError('A vector has a value that is no number.');
    scales[row] = scale;
    if (scale === 0) continue;
    for (let index = 0, at = row * stride; index < dimensions; index++, at++) {
      const value = Math.round((vector[index] as number) / scale);
      const upper = Math.min(127, (value + 128) >> 8);
      high[at] = upper;
      low[at] = Math.min(127, value - upper * 256);
    }
  }
  return { dimensions, scales, high, low };
}

/** NaN when one of them is. */
function largestOf(vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}
