import { findPostgres } from './binaries/find-postgres.ts';
import { findRedis } from './binaries/find-redis.ts';

/** A stage of `npm test`: fetches the servers that tests need, so that a download that fails is not taken for a failed test. */
const [redis, postgres] = await Promise.all([
  process.env['REDIS_URL'] === undefined ? findRedis() : null,
  process.env['DATABASE_URL'] === undefined ? findPostgres({ forOthers: process.getuid?.() === 0 }) : null,
]);
console.log(`Redis: ${redis?.command ?? 'REDIS_URL'}\nPostgreSQL: ${postgres?.bin ?? 'DATABASE_URL'}`);
