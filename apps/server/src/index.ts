export { Config } from './config/settings.ts';
export { startServer } from './start-server.ts';
export type { RunningServer, StartServerOptions } from './start-server.ts';
export { openStorage, type OpenStorageOptions } from './storage/open-storage.ts';
