// `npm run benchmark -- relay`, `crud`, `storage`, `runs` or `retrieval`: brings what is missing, then measures. Options of the
// benchmark may follow.

import { prepare, run } from './toolchain.mjs';

async function benchmark([name, ...options]) {
  if (!['relay', 'crud', 'storage', 'runs', 'retrieval'].includes(name)) {
    console.error('Usage: npm run benchmark -- relay|crud|storage|runs|retrieval [options]');
    return 2;
  }
  const failure = await prepare('workspace');
  if (failure !== 0) return failure;
  const main = `benchmarks/src/${name}/main.ts`;
  const { code } = await run('node', ['--conditions=@cogitator-ai/source', main, ...options]);
  return code;
}

process.exitCode = await benchmark(process.argv.slice(2));
