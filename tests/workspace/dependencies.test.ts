import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackages, root, type Manifest } from './packages.ts';

/**
 * Which package may use which other one when it runs. Arrows point one way, from the server down to the protocol.
 * A change here may be right; it has to be deliberate.
 */
const EDGES = {
  'apps/server': [
    'engine',
    'http',
    'models',
    'queue-bullmq',
    'retrieval',
    'storage',
    'storage-postgres',
    'storage-redis',
    'storage-s3',
    'storage-sqlite',
  ],
  'packages/core': ['engine', 'models', 'protocol', 'storage'],
  'packages/engine': ['protocol', 'storage'],
  'packages/http': ['engine', 'protocol'],
  'packages/models': ['engine'],
  'packages/openai-compat': ['engine', 'http', 'protocol', 'storage', 'storage-postgres', 'storage-redis'],
  'packages/protocol': [],
  'packages/queue-bullmq': ['engine'],
  'packages/retrieval': ['engine'],
  'packages/storage': [],
  'packages/storage-postgres': ['storage'],
  'packages/storage-redis': ['storage'],
  'packages/storage-s3': ['storage'],
  'packages/storage-sqlite': ['storage'],
};

const SCOPE = '@cogitator-ai/';

/** The umbrella and the runtime have the names that programs import; all else is a part of them. */
function nameOf(folder: string): string {
  const name = folder.replace(/^.*\//, '');
  return SCOPE + (name === 'core' || name.startsWith('openai-') ? name : `openai-${name}`);
}

function runtimeDependencies(manifest: Manifest): string[] {
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  }).toSorted();
}

/** `import … from 'x';`, the last line of one that spans several, `import 'x';` and `import('x')`, as formatted. */
const IMPORT = /^(?:(?:import|export) .* from|\} from|import) '([^']+)';$|\bimport\('([^']+)'\)/gm;

const packages = readPackages();

it('lets dependencies point one way only', () => {
  const edges = packages.map(({ folder, manifest }) => {
    const own = runtimeDependencies(manifest).filter((name) => name.startsWith(SCOPE));
    return [folder, own.map((name) => name.slice(SCOPE.length).replace(/^openai-/, ''))];
  });
  expect(Object.fromEntries(edges)).toEqual(EDGES);
});

describe.each(packages)('$folder', ({ folder, manifest }) => {
  it('is named after its folder', () => {
    expect(manifest.name).toBe(nameOf(folder));
  });

  it('leaves its required peers to the installer', () => {
    // pnpm installs them by itself. Named again for development, `npm start`, which installs without development
    // dependencies, would leave them out.
    const required = Object.keys(manifest.peerDependencies ?? {}).filter(
      (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
    );
    expect(required.filter((name) => name in (manifest.devDependencies ?? {}))).toEqual([]);
  });

  it('imports only what it declares', () => {
    const declared = new Set([manifest.name, ...runtimeDependencies(manifest)]);
    const undeclared = importedPackages(folder).filter((name) => !declared.has(name));
    expect(undeclared).toEqual([]);
  });
});

/** The packages that the published sources of a folder import, for values and for types alike. */
function importedPackages(folder: string): string[] {
  const names = new Set<string>();
  for (const path of globSync('src/**/*.ts', { cwd: join(root, folder) })) {
    if (path.endsWith('.test.ts')) continue;
    const source = readFileSync(join(root, folder, path), 'utf8');
    for (const [, atTop, inExpression] of source.matchAll(IMPORT)) {
      const specifier = atTop ?? inExpression!;
      if (specifier.startsWith('.') || isBuiltin(specifier)) continue;
      names.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  return [...names].toSorted();
}
