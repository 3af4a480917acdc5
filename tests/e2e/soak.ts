/**
 * How many times more than usual the random tests try, and from which seed: `SOAK=20 SEED=7 pnpm vitest run tests/e2e/properties`.
 */
export const SOAK = Number(process.env['SOAK'] ?? 1);
export const SEED = Number(process.env['SEED'] ?? 1);
