import { Config, startServer } from '@cogitator-ai/openai-server';
import { reportUsage } from './report.ts';

/** The server as a company would run it: with a key, on the storage of `STORAGE_URL` or the memory driver, in the role of `ROLE`. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const server = await startServer({
  config: Config.parse({
    port: 0,
    host: '127.0.0.1',
    apiKeys: ['sk-benchmark'],
    storageUrl: process.env['STORAGE_URL'] ?? 'memory:',
    role: process.env['ROLE'] ?? 'all',
    logLevel: 'silent',
  }),
  environment: process.env,
  logger: silent,
});
reportUsage(server.url);
