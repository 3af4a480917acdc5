import { findPostgres } from './binaries/find-postgres.ts';
import { findRedis } from './binaries/find-redis.ts';

/** A stage of `npm test`: fetches the servers that tests need, so that a download that fails is not taken for a failed test. */
await Promise.all([
  provide('REDIS_URL', async () => (await findRedis()).command),
  provide('DATABASE_URL', async () => (await findPostgres({ forOthers: process.getuid?.() === 0 })).bin),
]);

async function provide(variable: string, find: () => Promise<string>): Promise<void> {
  try {
    console.log(`${variable}: ${process.env[variable] === undefined ? `from ${await find()}` : 'given'}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
