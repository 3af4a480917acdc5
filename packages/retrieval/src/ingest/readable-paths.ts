import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the child imports. */
const IMPORTS = ['chardet', 'fflate', 'gpt-tokenizer', 'htmlparser2', 'saxes', 'unpdf'];

let paths: readonly string[] | null = null;

/**
 * Where the child's code lies, which is all that it may read, as Node's permissions name it: this package and those that it imports,
 * with theirs, each where it is found and where it really is, however they were installed.
 */
export function readablePaths(): readonly string[] {
  paths ??= [...findFolders()].map((folder) => `${folder}${sep}*`);
  return paths;
}

function findFolders(): Set<string> {
  const self = fileURLToPath(import.meta.url);
  const folders = new Set<string>();
  const seen = new Set<string>();
  const addFolder = (folder: string): string => {
    folders.add(folder);
    const real = realpathSync(folder);
    folders.add(real);
    return real;
  };
  const addImport = (name: string, from: string): void => {
    const found = findPackage(name, from);
    if (found === null) return;
    const folder = addFolder(found);
    if (seen.has(folder)) return;
    seen.add(folder);
    const manifest = join(folder, 'package.json');
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object };
    for (const dependency of Object.keys(dependencies)) addImport(dependency, manifest);
  };
  // This file lies two folders below that of its package.
  addFolder(dirname(dirname(dirname(self))));
  for (const name of IMPORTS) addImport(name, realpathSync(self));
  return folders;
}

/** The folder of a package as a module finds it; `null`: it is not installed. */
function findPackage(name: string, from: string): string | null {
  const places = createRequire(from).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json'))) ?? null;
}
