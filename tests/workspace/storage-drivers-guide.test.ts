import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './packages.ts';

const guide = readFileSync(join(root, 'docs/guide/storage-drivers.md'), 'utf8');
/** The guide's own: the test that comes before the driver. */
const INVENTED = 'openAcmeStorage';

function readAll(pattern: string): string {
  return globSync(pattern, { cwd: root })
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
}

/** Without indentation: a method stands in its class there and alone in the guide. */
function lines(code: string): string {
  return code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
}

it('shows the example’s code as it is', () => {
  const example = lines(readAll('examples/custom-storage/{src,test,.}/*.ts'));
  const snippets = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => lines(code!));
  expect(snippets.length).toBeGreaterThan(5);
  expect(snippets.filter((code) => !code.includes(INVENTED) && !example.includes(code))).toEqual([]);
});

it('names sections and tests of the suite that exist', () => {
  const suite = readAll('packages/storage/src/{conformance,conformance/*}.ts');
  const titles = [...suite.matchAll(/(?:describe|describe\.skipIf\(.*\)|it)\(\s*['`](.*?)['`],/g)].map(
    ([, title]) => title!,
  );
  const sections = [...suite.matchAll(/\)\('(\w+)', \(\) => \{$/gm)].map(([, title]) => title!);
  const named = [...guide.matchAll(/-t 'acme > ([^']+)'/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(7);
  const known = [...titles, ...sections];
  const isKnown = (name: string) => known.some((title) => name === title || name.endsWith(` > ${title}`));
  expect(named.filter((name) => !isKnown(name))).toEqual([]);
  for (const test of [
    'of commits at the same time',
    'agrees with a plain array for every cursor',
    'ends timers and connections',
  ]) {
    expect(guide).toContain(test);
    expect(known.some((title) => title.startsWith(test))).toBe(true);
  }
});
