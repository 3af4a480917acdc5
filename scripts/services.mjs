// `npm run services`: brings what is missing, then runs a Redis and a PostgreSQL to develop with, until Ctrl-C.

import { prepare, run } from './toolchain.mjs';

async function services() {
  const failure = await prepare('workspace');
  if (failure !== 0) return failure;
  const { code } = await run('node', ['tests/services/src/main.ts']);
  return code;
}

process.exitCode = await services();
