export { openLevelStorage } from './level-storage.ts';
export type { LevelStorageOptions } from './level-storage.ts';
