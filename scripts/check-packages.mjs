// Looks at every public package the way its users get it: packs it, inspects the tarball, then installs all tarballs
// into an empty project, type-checks a file that imports every entry point, and imports each of them. Then installs the
// library alone, and does with examples/custom-storage what the author of a driver does with a copy of it. Expects a
// finished build.

import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkCustomStorage } from './check-custom-storage.mjs';
import { checkLibrary } from './check-library.mjs';

const root = join(import.meta.dirname, '..');
const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Runs a program quietly; on failure its output is the message. */
async function run(command, args, cwd = root) {
  try {
    return (await promisify(execFile)(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

async function pack(folder, destination) {
  const packed = JSON.parse(await run('pnpm', ['pack', '--json', '--pack-destination', destination], folder));
  const paths = packed.files.map((file) => file.path);
  const missing = ['LICENSE', 'README.md'].filter((path) => !paths.includes(path));
  const surplus = paths.filter((path) => /\.test\.|\.tsbuildinfo$|__fixtures__/.test(path));
  if (missing.length > 0) throw new Error(`${packed.name} is packed without ${missing.join(', ')}`);
  if (surplus.length > 0) throw new Error(`${packed.name} is packed with ${surplus.join(', ')}`);

  await run('pnpm', ['exec', 'publint', '--strict', packed.filename]);
  await run('pnpm', ['exec', 'attw', '--profile', 'esm-only', packed.filename]);
  console.log(`${packed.name}: ${paths.length} files, ${Math.round(packed.size / 1024)} KB packed`);
  return packed.filename;
}

const install = (names, folder) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...names], folder);

/** Every specifier a user of the package can import. */
function entryPoints({ name, exports }) {
  return Object.keys(exports)
    .filter((key) => key !== './package.json')
    .map((key) => name + key.slice(1));
}

/** The strictest compiler a user may have, reading our declarations and not only his own code. */
const CONSUMER_OPTIONS = {
  target: 'es2024',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
};

const temporary = mkdtempSync(join(tmpdir(), 'packages-'));
try {
  const folders = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
    .map((path) => join(root, dirname(path)))
    .filter((folder) => readManifest(folder).private !== true)
    .toSorted();
  const tarballs = [];
  for (const folder of folders) tarballs.push(await pack(folder, temporary));

  const consumer = join(temporary, 'consumer');
  mkdirSync(consumer);
  const peers = Object.entries(Object.assign({}, ...folders.map((folder) => readManifest(folder).peerDependencies)));
  const tools = ['typescript', '@types/node'].map((name) => [
    name,
    readManifest(join(root, 'node_modules', name)).version,
  ]);
  const others = [...peers, ...tools].map(([name, range]) => `${name}@${range}`);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions: CONSUMER_OPTIONS }));
  await install([...tarballs, ...others], consumer);

  const specifiers = folders.flatMap((folder) => entryPoints(readManifest(folder)));
  const imports = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}';`);
  const uses = specifiers.map((_, index) => `console.log(Object.keys(entry${index}).length);`);
  writeFileSync(join(consumer, 'consumer.ts'), [...imports, ...uses, ''].join('\n'));
  await run('npx', ['tsc', '-p', '.'], consumer);
  for (const specifier of specifiers) {
    await run(process.execPath, ['--input-type=module', '-e', `await import('${specifier}')`], consumer);
  }
  for (const folder of folders) {
    for (const program of Object.keys(readManifest(folder).bin ?? {})) await run('npx', [program, '--help'], consumer);
  }
  console.log(`${specifiers.length} entry points install, type-check and import in an empty project`);

  await checkLibrary(tarballs, {
    folder: join(temporary, 'library'),
    compilerOptions: CONSUMER_OPTIONS,
    others: [`zod@${peers.find(([name]) => name === 'zod')[1]}`, ...tools.map(([name, range]) => `${name}@${range}`)],
    install,
    run,
  });
  await checkCustomStorage(tarballs, temporary, run);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
