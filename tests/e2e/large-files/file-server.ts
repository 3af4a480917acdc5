import { Config, startServer } from '@cogitator-ai/openai-server';

/*
 * The server in a process of its own, on the storage that it is told. It tells its parent the port; asked anything, it tells the
 * most memory it has ever had, in bytes. It ends with its parent.
 */

const server = await startServer({
  config: Config.parse({ port: 0, host: '127.0.0.1', storageUrl: process.argv[2] }),
  environment: {},
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
});
process.on('message', () => process.send!(process.resourceUsage().maxRSS * 1024));
process.on('disconnect', () => process.exit());
process.send!(server.port);
