// `npm start`: brings what is missing, then runs the server from source. `npm start -- --port 9000` passes options on.

import { prepare, run, runMain } from './toolchain.mjs';

await runMain(async () => {
  await prepare('server');
  const server = ['--conditions=@cogitator-ai/source', 'apps/server/src/main.ts'];
  const { code } = await run('node', [...server, ...process.argv.slice(2)]);
  return code;
});
