import { readFile } from 'node:fs/promises';
import assembler from 'wabt';

/** Vectors that are looked at closer. */
const CANDIDATES = 100;

interface Memory {
  readonly buffer: ArrayBuffer;
}

interface Kernel {
  dot(rows: number, count: number, stride: number, query: number, out: number): void;
}

/** What is used of it; only the DOM's types tell of it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: new (descriptor: { initial: number; maximum: number }) => Memory;
    instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: unknown } }>;
  };
};

/**
 * The least that finds the nearest of many vectors: one call of the kernel over one matrix of bytes, and the vectors themselves
 * for the best hundred.
 *
 * @param vectors - One after another.
 * @returns A function that answers the positions of the ten nearest.
 */
export async function createExactScan(
  vectors: Float32Array,
  dimensions: number,
): Promise<(query: Float32Array) => number[]> {
  const count = vectors.length / dimensions;
  const productsAt = 2 ** 16;
  const rowsAt = productsAt + Math.ceil(count / 4) * 16;
  const memory = new WebAssembly.Memory({
    initial: Math.ceil((rowsAt + vectors.length) / 2 ** 16),
    maximum: 2 ** 16,
  });
  const kernel = await instantiate(memory);
  const rows = new Int8Array(memory.buffer, rowsAt, vectors.length);
  const values = new Int16Array(memory.buffer, 0, dimensions);
  const products = new Int32Array(memory.buffer, productsAt, count);
  for (const [at, value] of vectors.entries()) rows[at] = Math.round(value * 500);

  return (query) => {
    for (const [at, value] of query.entries()) values[at] = Math.round(value * 20_000);
    kernel.dot(rowsAt, count, dimensions, 0, productsAt);
    return greatest(products)
      .map((row) => ({ row, score: exactProduct(vectors, row * dimensions, query) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ row }) => row);
  };
}

async function instantiate(memory: Memory): Promise<Kernel> {
  const source = await readFile(
    new URL('../../../packages/retrieval/src/search/dot-kernel.wat', import.meta.url),
    'utf8',
  );
  const wabt = await assembler();
  const { buffer } = wabt.parseWat('dot-kernel.wat', source, { simd: true }).toBinary({});
  const { instance } = await WebAssembly.instantiate(buffer, { arena: { memory } });
  return instance.exports as Kernel;
}

/** Positions of the greatest. */
function greatest(products: Int32Array): number[] {
  const best: number[] = [];
  let worst = -Infinity;
  for (let row = 0; row < products.length; row++) {
    const product = products[row] as number;
    if (product <= worst) continue;
    let at = best.length;
    while (at > 0 && (products[best[at - 1] as number] as number) < product) at--;
    best.splice(at, 0, row);
    if (best.length > CANDIDATES) best.pop();
    if (best.length === CANDIDATES) worst = products[best.at(-1) as number] as number;
  }
  return best;
}

function exactProduct(vectors: Float32Array, start: number, query: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < query.length; index++)
    sum += (vectors[start + index] as number) * (query[index] as number);
  return sum;
}
