import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, fsyncSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, with little room. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Gives back what was filled. */
  free(): void;
  unmount(): void;
}

/** Why there can be no such disk on this machine, or `null`. Linux lets only root mount one. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== 'linux') return `no tmpfs on ${process.platform}`;
  try {
    mountSmallDisk({ megabytes: 1 }).unmount();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim().split('\n').at(-1)! : String(error);
  }
}

/** @throws when this process may not mount one. */
export function mountSmallDisk({ megabytes }: { megabytes: number }): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', folder);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  chmodSync(folder, 0o777);
  const filling = join(folder, 'filling');
  return {
    folder,
    fill() {
      const file = openSync(filling, 'a');
      try {
        for (let size = 2 ** 20; size >= 1; size = size / 2) fillWith(file, Buffer.alloc(size));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filling, { force: true }),
    unmount() {
      run('umount', '--lazy', folder);
      rmdirSync(folder);
    },
  };
}

function fillWith(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) === block.length);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}
