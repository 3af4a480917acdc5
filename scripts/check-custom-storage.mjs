import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const EXAMPLE = join(import.meta.dirname, '../examples/custom-storage');
/** What the author of a driver would not get with a copy. */
const LEFT_BEHIND = new Set(['node_modules', 'dist', 'data']);
/** The packages the example needs, directly or not. */
const NEEDED = /openai-(?:protocol|storage|engine|http|models)-\d/;

/**
 * Does with examples/custom-storage what the author of a driver does with a copy: installs it, with tarballs in place of the
 * registry's packages, tests it, builds it, and starts its server twice.
 */
export async function checkCustomStorage(tarballs, temporary, run) {
  const copy = join(temporary, 'custom-storage');
  cpSync(EXAMPLE, copy, { recursive: true, filter: (path) => !LEFT_BEHIND.has(basename(path)) });
  const packages = tarballs.filter((path) => NEEDED.test(basename(path)));
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], copy);

  const [, summary] = /Tests +(.*)/.exec(stripVTControlCharacters(await run('npm', ['test'], copy)));
  await run('npm', ['run', 'build'], copy);
  for (const start of [1, 2]) {
    const output = await run('npm', ['start'], copy);
    if (!output.includes(`Assistants in ./data: ${start}`))
      throw new Error(`It does not keep what it is given:\n${output}`);
  }
  console.log(`examples/custom-storage, outside of the repository: ${summary}`);
}
