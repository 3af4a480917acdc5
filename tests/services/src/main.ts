import { once } from 'node:events';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

/** `npm run services`: both, until Ctrl-C. */
const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
console.log(`export REDIS_URL=${redis.url}\nexport DATABASE_URL=${postgres.url}`);
// Waiting for a signal alone does not keep a process running.
const awake = setInterval(() => {}, 60_000);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
clearInterval(awake);
await Promise.all([redis.remove(), postgres.remove()]);
