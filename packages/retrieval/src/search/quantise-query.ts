import { strideOf } from '../segments/segment-layout.ts';

/** A query's vector, to be multiplied with rows of bytes. */
export interface QuantisedQuery {
  readonly dimensions: number;
  /** As many as a row has bytes; as large as they may be so that no product leaves 32 bits. */
  readonly values: Int16Array;
  /** What they are multiplied by. */
  readonly scale: number;
}

export function quantiseQuery(vector: Float32Array): QuantisedQuery {
  const greatest = Math.min(32_767, Math.floor((2 ** 31 - 1) / (128 * vector.length)));
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const scale = largest / greatest;
  const values = new Int16Array(strideOf(vector.length));
  if (scale > 0) for (const [index, value] of vector.entries()) values[index] = Math.round(value / scale);
  return { dimensions: vector.length, values, scale };
}
