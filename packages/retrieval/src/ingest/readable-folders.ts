import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the child imports. */
const IMPORTS = ['chardet', 'fflate', 'gpt-tokenizer', 'htmlparser2', 'saxes', 'unpdf'];
const MODULES = `${sep}node_modules${sep}`;

let patterns: string[] | null = null;

/**
 * Where the child's code lies, which is all that it may read, as Node's permission model names it: this package, and the folders of
 * modules that its imports and theirs are found in, however they were installed.
 */
export function readableFolders(): string[] {
  patterns ??= [...findFolders()].map((folder) => `${folder}${sep}*`);
  return patterns;
}

function findFolders(): Set<string> {
  const self = realpathSync(fileURLToPath(import.meta.url));
  // This file lies two folders below that of its package.
  const folders = new Set([dirname(dirname(dirname(self)))]);
  const seen = new Set<string>();
  const add = (name: string, from: string): void => {
    const manifest = findManifest(name, from);
    if (manifest === null || seen.has(manifest)) return;
    seen.add(manifest);
    folders.add(manifest.slice(0, manifest.lastIndexOf(MODULES) + MODULES.length - 1));
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object };
    for (const dependency of Object.keys(dependencies)) add(dependency, manifest);
  };
  for (const name of IMPORTS) add(name, self);
  return folders;
}

/** The `package.json` of a package as a module finds it. */
function findManifest(name: string, from: string): string | null {
  const places = createRequire(from).resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path));
  return found === undefined ? null : realpathSync(found);
}
