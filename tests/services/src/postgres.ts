import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findPostgres } from './binaries/find-postgres.ts';
import { type Service, startService } from './service.ts';

export interface PostgresOptions {
  /** Whether writes are on the disk before they are answered. Default false. */
  durable?: boolean;
  /** Folder for the data. Default one of its own, removed at the end. */
  dir?: string;
  /** Settings, such as `{ max_connections: '5' }`. */
  settings?: Record<string, string>;
}

/** Starts a PostgreSQL on a port of its own. It refuses to run as root, so then somebody else runs it. */
export async function startPostgres({ durable = false, dir, settings = {} }: PostgresOptions = {}): Promise<Service> {
  const user = process.getuid?.() === 0 ? findUser() : null;
  const { bin, environment } = await findPostgres({ forOthers: user !== null });
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    ...settings,
  };
  return startService({
    name: 'postgres',
    command: `${bin}/postgres`,
    environment,
    user,
    dir,
    async prepare(data) {
      const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
      const env = { ...process.env, ...environment };
      // A folder that holds a database already is taken as it is.
      await promisify(execFile)(`${bin}/initdb`, ['-D', data, ...options], { ...user, env, cwd: data }).catch(
        (error: Error) => {
          if (!error.message.includes('exists but is not empty')) throw error;
        },
      );
    },
    args: (place) => {
      const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return ['-D', place.dir, '-p', String(place.port), ...given];
    },
    // "Fast": without waiting for clients to leave.
    stopSignal: 'SIGINT',
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    ping,
  });
}

/** Root's stand-in: the account of an installed PostgreSQL, else that of nobody. */
function findUser(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

async function ping(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => {});
  }
}
