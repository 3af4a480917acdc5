/** What is used of the `WebAssembly` that every runtime has, and of which only the DOM's types tell. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  /** @param pages - Of 64 KiB. @throws `RangeError` when there are no more. */
  grow(pages: number): number;
}

interface WebAssemblyNamespace {
  readonly Memory: new (descriptor: { initial: number; maximum: number }) => WebAssemblyMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

export const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace };
