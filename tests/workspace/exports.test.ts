import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackages, root } from './packages.ts';

/** What can be imported from each package. Removing a line breaks users; adding one is a promise to them. */
const ENTRY_POINTS = {
  'apps/server': ['.'],
  'packages/core': ['.'],
  'packages/engine': ['.', './records'],
  'packages/http': ['.', './node'],
  'packages/models': ['.'],
  'packages/openai-compat': ['.'],
  'packages/protocol': ['.'],
  'packages/queue-bullmq': ['.'],
  'packages/retrieval': ['.'],
  'packages/storage': ['.', './memory', './driver', './conformance'],
  'packages/storage-postgres': ['.'],
  'packages/storage-redis': ['.'],
  'packages/storage-s3': ['.'],
  'packages/storage-sqlite': ['.'],
};

const packages = readPackages()
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder, manifest: { exports = {} } }) => {
    const { './package.json': _, ...entries } = exports;
    return { folder, entries };
  });

it('offers these entry points', () => {
  const keys = packages.map(({ folder, entries }) => [folder, Object.keys(entries)]);
  expect(Object.fromEntries(keys)).toEqual(ENTRY_POINTS);
});

describe.each(packages)('$folder', ({ folder, entries }) => {
  describe.each(Object.entries(entries))('%s', (key, target) => {
    const name = key === '.' ? 'index' : key.slice('./'.length);
    const source = `./src/${name}.ts`;

    it('is the source file and the build of that name', () => {
      expect(target).toEqual({
        '@cogitator-ai/source': source,
        types: `./dist/${name}.d.ts`,
        default: `./dist/${name}.js`,
      });
      expect(existsSync(join(root, folder, source))).toBe(true);
    });

    it('exports these values', async () => {
      const module: object = await import(join(root, folder, source));
      expect(Object.keys(module).toSorted()).toMatchSnapshot();
    });
  });
});
