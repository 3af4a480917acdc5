import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './packages.ts';

/** `[text](target)`, but for what lies elsewhere and for places in the same page. */
const LINK = /\]\((?!\w+:|#)([^)\s#]+)(?:#[^)\s]*)?\)/g;
/** Samples of code, which may look like links. */
const CODE = /^```[\s\S]*?^```|`[^`\n]*`/gm;

it('has pages whose links lead to what is tracked', () => {
  const git = (...args: string[]): string[] =>
    execFileSync('git', ['ls-files', '-z', ...args], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
  const tracked = git();
  const isThere = (path: string): boolean =>
    existsSync(join(root, path)) && tracked.some((file) => file === path || file.startsWith(`${path}/`));
  const links = git('*.md').flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').replaceAll(CODE, '').matchAll(LINK)].map(([, target = '']) => ({
      page,
      target,
      path: join(dirname(page), target).replace(/\/$/, ''),
    })),
  );
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ path }) => !isThere(path)).map(({ page, target }) => `${page}: ${target}`)).toEqual([]);
});
