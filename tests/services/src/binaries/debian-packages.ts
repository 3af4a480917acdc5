import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { findOnPath, outputOf } from './program.ts';

/** Packages that every Debian has. */
const ALWAYS_THERE =
  /^(?:libc6|libgcc-s1|libstdc\+\+6|debconf|adduser|init-system-helpers|lsb-base|perl|ssl-cert|libllvm\d+)/;
/** Dependencies of dependencies are looked at so many times. */
const MAX_ROUNDS = 5;

/** Programs of a Debian package that is unpacked, not installed. */
export interface Unpacked {
  readonly root: string;
  /** So that the programs find their libraries. */
  readonly environment: Record<string, string>;
}

export function hasDebianPackages(): boolean {
  return ['apt-get', 'apt-cache', 'dpkg', 'ldd'].every((name) => findOnPath(name) !== null);
}

/**
 * Fetches a package and the libraries that are missing here, without installing anything.
 *
 * @param programs - Paths of the programs that have to run.
 */
export async function unpackDebian(
  name: string,
  programs: readonly string[],
  options: { forOthers?: boolean } = {},
): Promise<Unpacked> {
  const root = await cacheFolder(name, (folder) => unpack(name, programs, folder), options);
  return { root, environment: environmentOf(root) };
}

/** The packages that a package depends on. */
export async function dependenciesOf(name: string): Promise<string[]> {
  const lines = (await outputOf('apt-cache', ['depends', name])).split('\n');
  return lines.flatMap((line) => /^ +(?:PreDepends|Depends): ([^<\s]+)$/.exec(line)?.[1] ?? []);
}

async function unpack(name: string, programs: readonly string[], root: string): Promise<void> {
  chmodSync(root, 0o755);
  const fetched = new Set<string>();
  let wanted = [name];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    for (const one of wanted) fetched.add(one);
    await download(wanted, root);
    if (await canRun(programs, root)) return;
    const next = (await Promise.all(wanted.map(dependenciesOf))).flat();
    wanted = [...new Set(next)].filter((one) => !fetched.has(one) && !ALWAYS_THERE.test(one));
    if (wanted.length === 0) break;
  }
  throw new Error(`The package ${name} lacks libraries that are not to be found.`);
}

async function download(names: readonly string[], root: string): Promise<void> {
  const pool = join(root, 'packages');
  mkdirSync(pool, { recursive: true });
  await outputOf('apt-get', ['download', ...names], { cwd: pool });
  for (const file of readdirSync(pool)) await outputOf('dpkg', ['-x', join(pool, file), root]);
  chmodSync(root, 0o755);
}

async function canRun(programs: readonly string[], root: string): Promise<boolean> {
  for (const program of programs) {
    const path = join(root, program);
    if (!existsSync(path)) return false;
    if ((await outputOf('ldd', [path], { env: environmentOf(root) })).includes('not found')) return false;
  }
  return true;
}

function environmentOf(root: string): Record<string, string> {
  const base = join(root, 'usr/lib');
  const folders = existsSync(base) ? readdirSync(base).filter((name) => name.endsWith('-linux-gnu')) : [];
  return { LD_LIBRARY_PATH: folders.map((name) => join(base, name)).join(':') };
}
