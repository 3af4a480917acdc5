import { DRIVER } from './server/test-database.ts';

/**
 * How many times more than usual the random tests try, and from which seed: `SOAK=20 SEED=7 pnpm vitest run tests/e2e/properties`.
 * By default all of it in memory, and a quarter on the other drivers: what they do alone is proved by their own suite.
 */
export const SOAK = Number(process.env['SOAK'] ?? (DRIVER === 'memory' ? 1 : 0.25));
export const SEED = Number(process.env['SEED'] ?? 1);
