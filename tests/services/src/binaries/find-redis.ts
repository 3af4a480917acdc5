import { join } from 'node:path';
import { hasDebianPackages, unpackDebian } from './debian-packages.ts';
import { findOnPath } from './program.ts';

const PROGRAM = 'usr/bin/redis-server';

export interface RedisProgram {
  readonly command: string;
  readonly environment: Record<string, string>;
}

/** The Redis of this machine, else that of its distribution, unpacked. */
export async function findRedis(): Promise<RedisProgram> {
  const installed = findOnPath('redis-server') ?? findOnPath('valkey-server');
  if (installed !== null) return { command: installed, environment: {} };
  try {
    if (!hasDebianPackages()) throw new Error('This is no Debian.');
    const { root, environment } = await unpackDebian('redis-server', [PROGRAM]);
    return { command: join(root, PROGRAM), environment };
  } catch (cause) {
    throw new Error(
      'There is no Redis for the tests: install redis-server, or set REDIS_URL to one that may be written to.',
      {
        cause,
      },
    );
  }
}
