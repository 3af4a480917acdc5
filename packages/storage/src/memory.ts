export { createMemoryStorage } from './memory/memory-storage.ts';
export type { MemoryStorageOptions } from './memory/memory-storage.ts';
