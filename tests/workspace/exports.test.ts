import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackages, root } from './packages.ts';

/** What can be imported from each package. Removing a line breaks users; adding one is a promise to them. */
const ENTRY_POINTS = {
  'apps/server': ['.'],
  'packages/engine': ['.'],
  'packages/http': ['.'],
  'packages/models': ['.'],
  'packages/protocol': ['.'],
  'packages/storage': ['.', './memory', './conformance'],
};

const packages = readPackages().filter(({ manifest }) => manifest.private !== true);

it('offers these entry points', () => {
  const entryPoints = packages.map(({ folder, manifest }) => {
    return [folder, Object.keys(manifest.exports ?? {}).filter((key) => key !== './package.json')];
  });
  expect(Object.fromEntries(entryPoints)).toEqual(ENTRY_POINTS);
});

describe.each(packages)('$folder', ({ folder, manifest }) => {
  it.each(Object.entries(manifest.exports ?? {}).filter(([key]) => key !== './package.json'))(
    'maps %s to the source file and the build of the same name',
    (key, target) => {
      const file = key === '.' ? 'index' : key.slice('./'.length);
      expect(target).toEqual({
        '@cogitator-ai/source': `./src/${file}.ts`,
        types: `./dist/${file}.d.ts`,
        default: `./dist/${file}.js`,
      });
      expect(existsSync(join(root, folder, `src/${file}.ts`))).toBe(true);
    },
  );
});
