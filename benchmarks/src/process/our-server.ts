import { Config, startServer } from '@cogitator-ai/openai-server';
import { reportUsage } from './report.ts';

/** The server as a company would run it: with a key, on the memory driver. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const server = await startServer({
  config: Config.parse({
    port: 0,
    host: '127.0.0.1',
    apiKeys: ['sk-benchmark'],
    storageUrl: 'memory:',
    logLevel: 'silent',
  }),
  environment: process.env,
  logger: silent,
});
reportUsage(server.url);
