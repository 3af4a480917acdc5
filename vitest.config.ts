import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/**
 * Packages are tested from their sources, so that no test ever runs against a stale build. Without vite's `module`, which names
 * what only bundlers can load.
 */
const conditions = ['@cogitator-ai/source', 'node', 'development|production'];

/** Redis and PostgreSQL, for the projects that need them, unless the environment names some. */
const globalSetup = 'tests/services/src/global-setup.ts';

const project = (
  name: string,
  include: string[],
  timeoutMs: number,
  more: TestProjectInlineConfiguration['test'] = {},
) => ({
  extends: true as const,
  test: { name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs, ...more },
});

/** The end-to-end tests on a storage driver. */
const e2e = (name: string, driver: string, exclude: string[] = []) =>
  project(name, ['tests/e2e/**/*.test.ts'], 60_000, {
    exclude: [...configDefaults.exclude, ...exclude],
    globalSetup,
    env: { TEST_STORAGE: driver },
  });

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // By default one core is kept free, which halves the speed of a machine with two.
    maxWorkers: '100%',
    projects: [
      project('unit', ['{packages,apps}/*/src/**/*.test.ts', 'tests/{upstream,workspace}/**/*.test.ts'], 5_000),
      project(
        'contract',
        ['{packages,apps}/*/test/**/*.test.ts', 'examples/custom-storage/test/**/*.test.ts'],
        20_000,
        {
          globalSetup,
        },
      ),
      project('services', ['tests/services/**/*.test.ts'], 60_000),
      // What is in memory cannot be kept out of it.
      e2e('e2e', 'memory', ['tests/e2e/large-files.test.ts']),
      e2e('e2e-sqlite', 'sqlite'),
      e2e('e2e-postgres', 'postgres'),
      e2e('e2e-redis', 'redis'),
      // Servers are killed and disks are filled: one after another.
      project('faults', ['tests/faults/**/*.test.ts'], 240_000, { fileParallelism: false }),
      // Several servers each, of which some are killed.
      project('topology', ['tests/topology/**/*.test.ts'], 120_000, { fileParallelism: false }),
    ],
  },
});
