export type { ServerOptions, TimeLimits } from './database/open-client.ts';
export { openRedisStorage, type RedisStorageOptions } from './redis-storage.ts';
