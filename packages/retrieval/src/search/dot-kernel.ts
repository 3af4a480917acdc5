import { WebAssembly, type WebAssemblyMemory } from './web-assembly.ts';

/** `dot-kernel.wat`, as wabt assembles it. */
export const DOT_KERNEL =
  'AGFzbQEAAAABCQFgBX9/f39/AAIUAQVhcmVuYQZtZW1vcnkCAQGAgAQDAgEABwcBA2RvdAAACr0BAboBAgJ/AnsDQCABRQRADwv9DAAAAAAAAAAAAAAA' +
  'AAAAAAAhB/0MAAAAAAAAAAAAAAAAAAAAACEIIAMhBiAAIAJqIQUDQCAHIAD9AQMAIAb9AAQA/boB/a4BIQcgCCAA/QEDCCAG/QAEEP26Af2uASEIIAZB' +
  'IGohBiAAQRBqIgAgBUcNAAsgByAI/a4BIQcgBCAH/RsAIAf9GwFqIAf9GwIgB/0bA2pqNgIAIARBBGohBCABQQFrIQEMAAsL';

/** See `dot-kernel.wat`; all addresses in bytes. */
export interface DotKernel {
  dot(rows: number, count: number, stride: number, query: number, out: number): void;
}

/** @throws `WebAssembly.CompileError` where there is no SIMD. */
export function instantiateDotKernel(memory: WebAssemblyMemory): DotKernel {
  const module = new WebAssembly.Module(Buffer.from(DOT_KERNEL, 'base64'));
  return new WebAssembly.Instance(module, { arena: { memory } }).exports as DotKernel;
}
