import { defineConfig } from 'vitest/config';

/** Packages are tested from their sources, so that no test ever runs against a stale build. */
const conditions = ['@cogitator-ai/source', 'module', 'node', 'development|production'];

const project = (name: string, include: string[], timeoutMs: number) => ({
  extends: true as const,
  test: { name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // By default one core is kept free, which halves the speed of a machine with two.
    maxWorkers: '100%',
    projects: [
      project('unit', ['{packages,apps}/*/src/**/*.test.ts', 'tests/{upstream,workspace}/**/*.test.ts'], 5_000),
      project('contract', ['{packages,apps}/*/test/**/*.test.ts', 'examples/custom-storage/test/**/*.test.ts'], 20_000),
      project('e2e', ['tests/e2e/**/*.test.ts'], 60_000),
    ],
  },
});
