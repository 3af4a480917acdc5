export { createApp } from './app.ts';
export type { AppOptions } from './app.ts';
export type { CorsOptions } from './gate/cors.ts';
export type { Environment } from './environment.ts';
