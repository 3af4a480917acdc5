import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { findOnPath, outputOf, requireRunnable } from './program.ts';

/** Libraries need libraries, so many times at most. */
const MAX_ROUNDS = 6;
/** For the compiler in PostgreSQL, which works without; larger than all else. */
const UNNEEDED = /^libllvm/;

/** Programs of Debian packages that are unpacked, not installed. */
export interface Unpacked {
  readonly root: string;
  /** So that the programs find their libraries. */
  readonly environment: Record<string, string>;
}

export interface DebianPrograms {
  /** The packages that hold them, without libraries. */
  readonly packages: readonly string[];
  /** Their paths, as installed. */
  readonly programs: readonly string[];
}

/**
 * Fetches packages of this machine's Debian or Ubuntu with the libraries that they need and that are missing here. It
 * installs nothing, needs no rights and changes nothing outside the cache.
 *
 * @param describe - Says what is wanted, asking `apt-cache` where names depend on the release.
 */
export async function unpackDebian(
  name: string,
  describe: (apt: Apt) => Promise<DebianPrograms>,
  options: { forOthers?: boolean } = {},
): Promise<Unpacked> {
  if (!['apt-get', 'apt-cache', 'dpkg', 'dpkg-query'].every(findOnPath)) throw new Error('This is no Debian.');
  const root = await cacheFolder(name, (folder) => fetchInto(folder, describe), options);
  return { root, environment: environmentOf(root) };
}

async function fetchInto(root: string, describe: (apt: Apt) => Promise<DebianPrograms>): Promise<void> {
  try {
    await unpack(root, describe, new Apt());
  } catch {
    // The machine's lists of packages may be empty, as in containers, or name versions that have been replaced since.
    await unpack(root, describe, await freshApt());
  }
}

async function unpack(root: string, describe: (apt: Apt) => Promise<DebianPrograms>, apt: Apt): Promise<void> {
  const { packages, programs } = await describe(apt);
  const paths = programs.map((program) => join(root, program));
  const fetched = new Set<string>();
  let wanted = packages;
  for (let round = 1; ; round++) {
    for (const name of wanted) fetched.add(name);
    await apt.unpack(wanted, root);
    try {
      return await requireRunnable(paths, environmentOf(root));
    } catch (error) {
      const dependencies = new Set((await Promise.all(wanted.map((name) => apt.dependenciesOf(name)))).flat());
      const installed = await installedPackages();
      wanted = [...dependencies].filter(
        (name) => name.startsWith('lib') && !UNNEEDED.test(name) && !installed.has(name) && !fetched.has(name),
      );
      if (wanted.length === 0 || round === MAX_ROUNDS) throw error;
    }
  }
}

async function installedPackages(): Promise<Set<string>> {
  const lines = await outputOf('dpkg-query', ['--show', '--showformat', '${db:Status-Status} ${Package}\n']);
  return new Set(lines.split('\n').flatMap((line) => /^installed (.+)$/.exec(line)?.[1] ?? []));
}

/** Debian's package tool, without those of its commands that change the machine. */
class Apt {
  readonly #options: readonly string[];

  constructor(options: readonly string[] = []) {
    // As root it would fetch as another user, who may not write here.
    this.#options = ['-q', '-o', 'APT::Sandbox::User=root', ...options];
  }

  async update(): Promise<void> {
    await outputOf('apt-get', [...this.#options, 'update']);
  }

  async dependenciesOf(name: string): Promise<string[]> {
    const lines = (await outputOf('apt-cache', [...this.#options, 'depends', name])).split('\n');
    return lines.flatMap((line) => /^ +\|?(?:PreDepends|Depends): ([^<\s]+)$/.exec(line)?.[1] ?? []);
  }

  async unpack(names: readonly string[], root: string): Promise<void> {
    const pool = mkdtempSync(join(root, 'packages-'));
    try {
      await outputOf('apt-get', [...this.#options, 'download', ...names], { cwd: pool });
      for (const file of readdirSync(pool)) await outputOf('dpkg', ['-x', join(pool, file), root]);
    } finally {
      rmSync(pool, { recursive: true });
    }
  }
}

export type { Apt };

let updated: Promise<Apt> | undefined;

/** With lists of our own, brought up to date once. */
function freshApt(): Promise<Apt> {
  updated ??= (async () => {
    const lists = await cacheFolder('apt', async (folder) => {
      mkdirSync(join(folder, 'partial'));
    });
    const apt = new Apt(['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${lists}`]);
    await apt.update();
    return apt;
  })();
  return updated;
}

function environmentOf(root: string): Record<string, string> {
  const folders = ['lib', 'usr/lib'].flatMap((base) => {
    const path = join(root, base);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.filter((name) => name.includes('-linux-gnu')).map((name) => join(path, name));
  });
  return { LD_LIBRARY_PATH: folders.join(':') };
}
