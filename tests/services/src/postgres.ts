import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { findPostgres } from './binaries/find-postgres.ts';
import type { Account } from './processes/supervisor.ts';
import { type Service, startService } from './service.ts';

export interface PostgresOptions {
  /**
   * Whether commits are on the disk before they are answered. Default false: they are with the operating system, where
   * they survive the end of the server, but not that of the machine.
   */
  durable?: boolean;
  /** Folder for the data; it stays. Default one of its own, removed at the end. */
  dir?: string;
  /** Settings, such as `{ max_connections: '5' }`. */
  settings?: Record<string, string>;
}

/** Asked for, so that whoever loses it on the way is found out. */
const PASSWORD = 'secret';

/** Starts a PostgreSQL on a port of its own. It refuses to run as root, so then somebody else runs it. */
export async function startPostgres({ durable = false, dir, settings = {} }: PostgresOptions = {}): Promise<Service> {
  const account = process.getuid?.() === 0 ? findAccount() : undefined;
  const { bin, environment } = await findPostgres({ forOthers: account !== undefined });
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // In the data, so that it goes with them.
    dynamic_shared_memory_type: 'mmap',
    fsync: durable ? 'on' : 'off',
    jit: 'off',
    ...settings,
  };
  return startService({
    name: 'postgres',
    dir,
    account,
    prepare(place) {
      if (existsSync(join(place.dir, 'PG_VERSION'))) return null;
      const passwordFile = join(dirname(place.dir), 'password');
      writeFileSync(passwordFile, `${PASSWORD}\n`);
      const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
      const options = [...access, '--encoding=UTF8', '--locale=C', '--no-sync'];
      return { command: join(bin, 'initdb'), args: ['-D', place.dir, ...options], environment };
    },
    program(place) {
      const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const args = ['-D', place.dir, '-p', String(place.port), ...given];
      return { command: join(bin, 'postgres'), args, environment };
    },
    url: urlOf,
    // "Fast": without waiting for clients to leave.
    stopSignal: 'SIGINT',
    // "Immediate": as a crash, but its shared memory is given back.
    endSignal: 'SIGQUIT',
    isReady: ({ dir: data, port }) => answersFrom(data, urlOf(port)),
  });
}

function urlOf(port: number): string {
  return `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
}

/** Root's stand-in: the account of an installed PostgreSQL, else that of nobody. */
function findAccount(): Account {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/** Whether a server answers that has its data in this folder. */
async function answersFrom(dir: string, url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === dir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
