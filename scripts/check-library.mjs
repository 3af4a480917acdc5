import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What a newcomer installs. */
const LIBRARY = ['@cogitator-ai/core', '@cogitator-ai/openai-compat'];

const PROGRAM = `
import { Cogitator, tool } from '@cogitator-ai/core';
import { createOpenAIServer, createThreadStorage, PostgresThreadStorage, RedisThreadStorage } from '@cogitator-ai/openai-compat';
import { z } from 'zod';

const echo = tool({ name: 'echo', description: 'Says it again', parameters: z.object({ text: z.string() }), execute: ({ text }) => text });
const server = createOpenAIServer(new Cogitator({ defaultModel: 'demo' }), { port: 0, host: '127.0.0.1', tools: [echo], storage: createThreadStorage() });
await server.start();
const headers = { 'content-type': 'application/json' };
const answer = await fetch(server.getBaseUrl() + '/assistants', { method: 'POST', headers, body: '{"model":"default"}' });
await server.stop();

const errors = [() => new RedisThreadStorage(), () => new PostgresThreadStorage({ connectionString: '' })].map((create) => {
  try {
    create();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
});
console.log(JSON.stringify([answer.status, ...errors]));
`;

/**
 * Does what a newcomer to the library does: installs it into an empty project, without any database's client, type-checks a program
 * and runs it; then adds a client.
 *
 * @param install - Installs packages into a folder.
 */
export async function checkLibrary(tarballs, { folder, compilerOptions, others, install, run }) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const files = filesOf(LIBRARY);
  const needed = tarballs.filter((path) => files.has(basename(path)));
  if (needed.length < files.size) throw new Error(`Not all of these are packed: ${[...files].join(', ')}`);
  await install([...needed, ...others], folder);
  const ours = readdirSync(join(folder, 'node_modules/@cogitator-ai'));
  if (ours.length > files.size) throw new Error(`The library pulls in more of ours: ${ours.join(', ')}`);

  const surplus = ['pg', 'ioredis', '@aws-sdk'].filter((name) => existsSync(join(folder, 'node_modules', name)));
  if (surplus.length > 0) throw new Error(`The library pulls in ${surplus.join(', ')}`);
  await run('npx', ['tsc', '-p', '.'], folder);
  const expected = (missing) => {
    const error = (storage, name) =>
      missing.includes(name) ? `${storage} needs the package '${name}'. Add it: npm install ${name}` : 'none';
    return JSON.stringify([200, error('RedisThreadStorage', 'ioredis'), error('PostgresThreadStorage', 'pg')]);
  };
  for (const missing of [['ioredis', 'pg'], ['pg'], []]) {
    const [added] = ['ioredis', 'pg'].filter((name) => !missing.includes(name)).slice(-1);
    if (added) await install([added], folder);
    const output = (await run(process.execPath, ['program.ts'], folder)).trim();
    if (output !== expected(missing)) throw new Error(`Without ${missing.join(', ')} the library says ${output}`);
  }
  console.log(`the library, in an empty project: ${needed.length} packages, without clients of databases`);
}

/** The tarballs of packages and of all of ours that they depend on. */
function filesOf(names) {
  const manifests = new Map();
  for (const path of globSync('packages/*/package.json', { cwd: root })) {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'));
    manifests.set(manifest.name, manifest);
  }
  const closure = new Set(names);
  // What is added meanwhile is visited as well.
  for (const name of closure) {
    for (const dependency of Object.keys(manifests.get(name).dependencies ?? {})) {
      if (manifests.has(dependency)) closure.add(dependency);
    }
  }
  return new Set([...closure].map((name) => `${name.slice(1).replace('/', '-')}-${manifests.get(name).version}.tgz`));
}
