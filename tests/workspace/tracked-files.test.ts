import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './packages.ts';

/** What belongs to one machine and not to the repository: its folders and the host it installs from. */
const FOREIGN = /(?<![\w.~-])\/(?:work|root|tmp|home|Users)\/\w|registry\.[a-z]\w*\.[a-z]{2,}/;

it('says nothing about the machine a file was written on', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  expect(files.length).toBeGreaterThan(0);
  const findings = files
    .filter((file) => file !== 'pnpm-lock.yaml')
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .map((line, index) => `${file}:${index + 1}: ${line.trim()}`)
        .filter((line) => FOREIGN.test(line)),
    );
  expect(findings).toEqual([]);
});
