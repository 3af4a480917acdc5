// `npm start`: brings what is missing, then runs the server from source. `npm start -- --port 9000` passes options on.

import { prepare, run } from './toolchain.mjs';

async function start() {
  const failure = await prepare('server');
  if (failure !== 0) return failure;
  // Node 22 calls its SQLite experimental.
  const options = ['--disable-warning=ExperimentalWarning', '--conditions=@cogitator-ai/source'];
  const server = [...options, 'apps/server/src/main.ts'];
  const { code } = await run('node', [...server, ...process.argv.slice(2)]);
  return code;
}

process.exitCode = await start();
