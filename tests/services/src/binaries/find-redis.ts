import { join } from 'node:path';
import { unpackDebian } from './debian-packages.ts';
import { findOnPath } from './program.ts';

const PROGRAM = 'usr/bin/redis-server';

export interface RedisProgram {
  readonly command: string;
  readonly environment: Record<string, string>;
}

/** The Redis of this machine, or Valkey, else the Redis of its distribution, unpacked. No npm package ships one. */
export async function findRedis(): Promise<RedisProgram> {
  const installed = findOnPath('redis-server') ?? findOnPath('valkey-server');
  if (installed !== null) return { command: installed, environment: {} };
  try {
    // The program itself is in the tools.
    const described = { packages: ['redis-server', 'redis-tools'], programs: [PROGRAM] };
    const { root, environment } = await unpackDebian('redis-server', async () => described);
    return { command: join(root, PROGRAM), environment };
  } catch (cause) {
    throw new Error(
      'There is no Redis for the tests. Install redis-server, or set REDIS_URL to one that may be written to.\n' +
        `From Debian's packages: ${String(cause)}`,
      { cause },
    );
  }
}
