import { MAX_DIMENSIONS } from '../segments/segment-layout.ts';
import { type DotKernel, instantiateDotKernel } from './dot-kernel.ts';
import { Extents } from './extents.ts';
import { WebAssembly } from './web-assembly.ts';

const PAGE_BYTES = 2 ** 16;
/** Memory that WebAssembly can address, in bytes. */
const MAX_BYTES = 2 ** 16 * PAGE_BYTES;
/** It grows by an eighth, and not by less than this, in bytes. */
const MIN_GROWTH_BYTES = 2 ** 20;
/** What is taken begins and ends at multiples of it. */
const ALIGNMENT = 16;

/** Most rows that are multiplied at a time. */
export const MAX_ROWS = 4096;
/** The first page is for the query and the products. */
const QUERY_AT = 0;
const PRODUCTS_AT = 2 * MAX_DIMENSIONS;
const ONE_PRODUCT_AT = PRODUCTS_AT + 4 * MAX_ROWS;

/**
 * Memory for what is searched. It grows as it is needed, up to its limit, and never shrinks: what is given back is taken again.
 * Whenever it grows, or somebody else may have had it grow, its arrays are others than before.
 */
export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_BYTES / PAGE_BYTES });
  readonly #kernel: DotKernel = instantiateDotKernel(this.#memory);
  readonly #extents = new Extents();
  readonly #limit: number;
  bytes = new Uint8Array(0);
  signed = new Int8Array(0);
  words = new Uint32Array(0);
  floats = new Float32Array(0);
  #query = new Int16Array(0);
  #products = new Int32Array(0);

  /** @param limit - In bytes, at least 64 KiB; of more than 4 GiB 4 GiB are used. */
  constructor(limit: number) {
    this.#limit = Math.floor(Math.min(limit, MAX_BYTES) / PAGE_BYTES) * PAGE_BYTES;
    this.#renewArrays();
  }

  /** How much of it there is, taken or not, in bytes. */
  get size(): number {
    return this.bytes.length;
  }

  /** The most that can be taken at a time, in bytes. */
  get room(): number {
    return this.#limit - PAGE_BYTES;
  }

  /** Takes memory. @returns Where it begins, a multiple of 16; `null`: there is none. */
  take(bytes: number): number | null {
    const wanted = roundUp(bytes, ALIGNMENT);
    const start = this.#extents.take(wanted);
    if (start !== null || !this.#grow(wanted)) return start;
    return this.#extents.take(wanted);
  }

  /** Gives back what was taken. */
  give(start: number, bytes: number): void {
    this.#extents.give(start, roundUp(bytes, ALIGNMENT));
  }

  /** Sets what rows are multiplied with, until somebody else does. */
  setQuery(values: Int16Array): void {
    this.#query.set(values);
  }

  /**
   * The products of rows with the query.
   *
   * @param rows - Where they begin; at most {@link MAX_ROWS}.
   * @param stride - Bytes of each, a multiple of 16, as many as the query has values.
   * @returns Valid until the next call; those of other rows follow.
   */
  multiply(rows: number, count: number, stride: number): Int32Array {
    this.#kernel.dot(rows, count, stride, QUERY_AT, PRODUCTS_AT);
    return this.#products;
  }

  /** The product of one row with the query. Leaves those of {@link Arena.multiply} valid. */
  multiplyOne(row: number, stride: number): number {
    this.#kernel.dot(row, 1, stride, QUERY_AT, ONE_PRODUCT_AT);
    return this.#products[MAX_ROWS] as number;
  }

  #grow(wanted: number): boolean {
    const { size } = this;
    const needed = wanted - this.#extents.freeBefore(size);
    const growth = Math.min(roundUp(Math.max(needed, size / 8, MIN_GROWTH_BYTES), PAGE_BYTES), this.#limit - size);
    if (growth < needed) return false;
    try {
      this.#memory.grow(growth / PAGE_BYTES);
    } catch {
      // The machine has no more: then what there is has to do.
      return false;
    }
    this.#renewArrays();
    this.#extents.give(size, growth);
    return true;
  }

  #renewArrays(): void {
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.signed = new Int8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.#query = new Int16Array(buffer, QUERY_AT, MAX_DIMENSIONS);
    this.#products = new Int32Array(buffer, PRODUCTS_AT, MAX_ROWS + 1);
  }
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}
