import { join, relative } from 'node:path';
import { createVitest } from 'vitest/node';

/** A test as its file writes it: names of parametrised tests hold their placeholders, such as `$major` or `%s`. */
export interface CollectedTest {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Names of its suites and its own, joined by ` > `. */
  readonly name: string;
  /** Whether it runs at all: neither skipped nor still to be written. */
  readonly runs: boolean;
}

const ROOT = join(import.meta.dirname, '../../..');

/** All tests, read from their files without running any of them. */
export async function collectTests(): Promise<CollectedTest[]> {
  const vitest = await createVitest({ root: ROOT, watch: false, reporters: [] });
  try {
    const modules = await vitest.parseSpecifications(await vitest.globTestSpecifications());
    return modules.flatMap((module) =>
      [...module.children.allTests()].map(({ fullName, options }) => ({
        file: relative(ROOT, module.moduleId),
        name: fullName,
        runs: options.mode === 'run',
      })),
    );
  } finally {
    await vitest.close();
  }
}
